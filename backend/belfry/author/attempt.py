"""One attempt in its slot: calls the handler, listens to what it says, and tells how it ended."""

import asyncio
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from time import monotonic
from typing import Any

import msgspec

from belfry.author.context import Context, as_result
from belfry.author.outbox import Outbox
from belfry.ground.errors import BelfryError
from belfry.rules.commands import Cancel, Registry, RetryLater
from belfry.rules.wire import Assign, Finished, Holding, Level, Logged, Progress, Started

ERROR_CHARACTERS = 20_000


class Attempt:
    """An assignment being carried out. It is the sink of its handler's words."""

    def __init__(self, assign: Assign, outbox: Outbox) -> None:
        self.assign = assign
        self.task: asyncio.Task[None] | None = None
        self._outbox = outbox
        self._revoked = False
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self.context = Context(
            execution_id=assign.execution_id,
            job_id=assign.job_id,
            attempt=assign.attempt,
            due_at=assign.due_at,
            sink=self,
        )

    def log(self, level: Level, message: str) -> None:
        """Take a line from the handler, from whatever thread."""
        self._tell(self._outbox.logged, Logged(**self._key(), level=level, message=message))

    def progress(self, done: float, total: float) -> None:
        """Take the handler's word on how far it has come, from whatever thread."""
        self._tell(self._outbox.progressed, Progress(**self._key(), done=done, total=total))

    def _tell(self, how: Callable[[Any], None], said: Holding) -> None:
        if self._revoked:
            return
        if threading.get_ident() == self._thread:
            how(said)
        else:
            self._loop.call_soon_threadsafe(how, said)

    def _key(self) -> dict[str, Any]:
        held = self.assign
        return {"execution_id": held.execution_id, "attempt": held.attempt, "fence": held.fence}

    def end(self, revoked: bool) -> None:
        """Ask the handler to stop; a revoked attempt is nobody's any more and reports nothing."""
        self._revoked = self._revoked or revoked
        if not self.context.cancelled:
            self.context.cancel()
            if self.task:
                self.task.cancel()

    async def run(self, registry: Registry, threads: Executor) -> None:
        """Carry it out, and report its beginning and its end."""
        key = self._key()
        began = monotonic()
        self._outbox.started(Started(**key))
        facts = await self._outcome(registry, threads)
        if not self._revoked:
            self._outbox.finished(Finished(**key, duration_seconds=monotonic() - began, **facts))

    async def _outcome(self, registry: Registry, threads: Executor) -> dict[str, Any]:
        """How it ended, as fields of `Finished`."""
        limit = self.assign.timeout_seconds
        try:
            async with asyncio.timeout(limit) as timeout:
                return {"result": _packed(await self._call(registry, threads))}
        except RetryLater as wish:
            return _failed(f"the handler asked to be retried in {wish.seconds:g} s", retry_in_seconds=wish.seconds)
        except Cancel as wish:
            return {"outcome": "cancelled", "reason": wish.reason}
        except asyncio.CancelledError:
            return {"outcome": "cancelled", "reason": "cancelled on request"}
        except TimeoutError as error:
            if timeout.expired():
                self.context.cancel()
                return _failed(f"timed out after {limit:g} s") | {"reason": "timeout"}
            return _failed(_described(error))
        except Exception as error:
            return _failed(_described(error))

    async def _call(self, registry: Registry, threads: Executor) -> object:
        command = registry.get(self.assign.command)
        arguments = command.bind(msgspec.json.decode(self.assign.args))
        if command.is_async:
            return await command.handler(self.context, **arguments)
        call = partial(command.handler, self.context, **arguments)
        return await self._loop.run_in_executor(threads, call)


def _packed(value: object) -> str | None:
    return None if value is None else msgspec.json.encode(as_result(value)).decode().replace("\\u0000", "\\ufffd")


def _failed(error: str, **facts: object) -> dict[str, Any]:
    return {"outcome": "failed", "error": error[:ERROR_CHARACTERS].replace("\0", "�"), **facts}


def _described(error: BaseException) -> str:
    """The error in one line, and unless it is one of Belfry's own sentences, the traceback from the handler on."""
    line = f"{type(error).__name__}: {error}"
    if isinstance(error, BelfryError):
        return str(error)
    handler = error.__traceback__.tb_next if error.__traceback__ else None
    return f"{line}\n{''.join(traceback.format_tb(handler))}".rstrip()
