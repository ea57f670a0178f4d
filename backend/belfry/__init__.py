"""Belfry: cron for a fleet. What job authors import."""

from belfry.author.context import Context
from belfry.rules.commands import Cancel, RetryLater, command

__all__ = ["Cancel", "Context", "RetryLater", "command"]

__version__ = "0.1.0"
