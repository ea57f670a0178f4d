"""A remote worker's process."""

import asyncio
import importlib
import socket
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from belfry.author.builtins import registry
from belfry.author.link import dial
from belfry.author.worker import Worker
from belfry.ground.errors import CannotStart


def make(name: str, capacity: int, labels: Sequence[str], modules: Sequence[str]) -> Worker:
    """A worker with the built-in commands and those of the modules. CannotStart says what is wrong with which flag."""
    sys.path.insert(0, str(Path.cwd()))
    for module in modules:
        _load(module)
    return Worker(name, socket.gethostname(), capacity, registry, dict(_label(text) for text in labels))


async def work(worker: Worker, url: str, token: str | None, grace_seconds: float) -> None:
    """Serve until cancelled, then finish what runs within the grace period."""
    parts = urlsplit(url)
    if parts.scheme not in ("ws", "wss") or not parts.netloc:
        raise CannotStart(reason=f"--server takes an address such as ws://127.0.0.1:8000, not {url!r}.")
    running = asyncio.ensure_future(worker.run(partial(dial, url, token)))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        await worker.drain(grace_seconds)
        await running
        raise


def _load(module: str) -> None:
    try:
        importlib.import_module(module)
    except Exception as error:
        raise CannotStart(reason=f"--import {module} failed: {type(error).__name__}: {error}") from error


def _label(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise CannotStart(reason=f"--label takes KEY=VALUE, not {text!r}.")
    return key, value
