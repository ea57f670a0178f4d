"""Belfry: cron for a fleet. What job authors import."""
