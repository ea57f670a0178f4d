"""One attempt in its slot: calls the handler, listens to what it says, and tells how it ended."""

import asyncio
import logging
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any

import msgspec

from belfry.author.context import Context, as_result, storable
from belfry.author.outbox import Outbox
from belfry.ground.errors import BelfryError
from belfry.rules.commands import Cancel, Registry, RetryLater
from belfry.rules.wire import Assign, Finished, Holding, Level, Logged, Progress, Started

log = logging.getLogger(__name__)

ERROR_CHARACTERS = 20_000
REASON_CHARACTERS = 1_000
STOP_SECONDS = 5.0
"""A handler that was told to stop has so long to do so; then its slot is free, whatever it does."""

CANCELLED = {"outcome": "cancelled", "reason": "cancelled on request"}


class Exited(BelfryError):
    """The handler tried to end the worker: {how}"""


class Attempt:
    """An assignment being carried out, and the sink of its handler's words. `on_end` is called once it is over."""

    def __init__(self, assign: Assign, outbox: Outbox, on_end: Callable[["Attempt"], None]) -> None:
        self.assign = assign
        self._outbox = outbox
        self._on_end = on_end
        self._key = {"execution_id": assign.execution_id, "attempt": assign.attempt, "fence": assign.fence}
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._began: float | None = None
        self._stopped: dict[str, Any] | None = None
        self._revoked = False
        self._over = False
        self._timer: asyncio.TimerHandle | None = None
        self._context = Context(assign, self)

    def begin(self, registry: Registry) -> None:
        """Carry it out, `start_in_seconds` from now."""
        self._work = self._carry_out(registry)
        self._task = asyncio.create_task(self._work)
        self._task.add_done_callback(self._ended)

    def tell_start(self) -> None:
        """Say that it began, if it has; a repeat does no harm."""
        if self._began is not None:
            self._tell(partial(self._outbox.tell, at=self._began), Started(**self._key))

    def cancel(self) -> None:
        """Ask the handler to stop; the attempt ends as cancelled."""
        self._stop(CANCELLED)

    def revoke(self) -> None:
        """Ask the handler to stop; the attempt is nobody's any more and reports nothing."""
        self._revoked = True
        self._stop(CANCELLED)

    def log(self, level: Level, message: str) -> None:
        """Take a line from the handler, from whatever thread."""
        self._tell(self._outbox.tell, Logged(**self._key, level=level, message=message))

    def progress(self, done: float, total: float) -> None:
        """Take the handler's word on how far it has come, from whatever thread."""
        self._tell(self._outbox.progressed, Progress(**self._key, done=done, total=total))

    def _tell(self, how: Callable[[Any], None], said: Holding) -> None:
        if threading.get_ident() != self._thread:
            self._loop.call_soon_threadsafe(self._tell, how, said)
        elif not self._over and not self._revoked:
            how(said)

    async def _carry_out(self, registry: Registry) -> str | None:
        """The handler's result as JSON text; None for None."""
        if self.assign.start_in_seconds:
            await asyncio.sleep(self.assign.start_in_seconds)
        self._began = monotonic()
        self.tell_start()
        limit = self.assign.timeout_seconds
        if limit is not None:
            self._timer = self._loop.call_later(limit, self._stop, _failed(f"timed out after {limit:g} s", "timeout"))
        try:
            return await self._call(registry)
        except (SystemExit, KeyboardInterrupt) as error:
            raise Exited(how=repr(error)) from error

    async def _call(self, registry: Registry) -> str | None:
        command = registry.get(self.assign.command)
        arguments = command.bind(msgspec.json.decode(self.assign.args))
        handler = partial(command.handler, self._context, **arguments)
        if command.is_async:
            return _packed(await handler())
        return await _in_thread(lambda: _packed(handler()))

    def _stop(self, facts: dict[str, Any]) -> None:
        """Tell the handler to stop, and wait only so long for it; what it ends with then are these facts."""
        if self._over or self._stopped is not None or self._task.done():
            return
        self._stopped = facts
        self._context.cancel()
        self._task.cancel()
        self._await_no_longer()
        self._timer = self._loop.call_later(STOP_SECONDS, self._forsake)

    def _forsake(self) -> None:
        """The handler would not stop: a coroutine is closed, a thread goes on unheard."""
        log.warning("execution %d: %s does not stop", self.assign.execution_id, self.assign.command)
        self._end(self._stopped or CANCELLED)
        try:
            self._work.close()
        except RuntimeError as error:
            log.warning("execution %d: nor when it is closed: %s", self.assign.execution_id, error)
        self._task.cancel()

    def _ended(self, task: asyncio.Task[str | None]) -> None:
        """The handler has come to its end."""
        facts = _facts(task)
        self._end(self._stopped or facts)

    def _end(self, facts: dict[str, Any]) -> None:
        """Report how it ended, once."""
        if self._over:
            return
        self._await_no_longer()
        if not self._revoked:
            duration = 0 if self._began is None else monotonic() - self._began
            self._outbox.tell(Finished(**self._key, duration_seconds=duration, **facts))
        self._over = True
        self._on_end(self)

    def _await_no_longer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


async def _in_thread(call: Callable[[], str | None]) -> str | None:
    """What the call returns or raises in a thread of its own, so that one that never ends holds up no other.

    A thread cannot be interrupted: a wait that is cancelled goes on until the call ends, and only then is cancelled.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[tuple[str | None, BaseException | None]] = loop.create_future()

    def settle(result: str | None, problem: BaseException | None) -> None:
        if not done.done():
            done.set_result((result, problem))

    def work() -> None:
        result, problem = None, None
        try:
            result = call()
        except BaseException as error:
            problem = error
        with suppress(RuntimeError):  # The loop is closed: nobody waits any more.
            loop.call_soon_threadsafe(settle, result, problem)

    threading.Thread(target=work, daemon=True).start()
    try:
        result, problem = await asyncio.shield(done)
    except asyncio.CancelledError:
        await done
        raise
    if problem is not None:
        raise problem
    return result


def _packed(value: object) -> str | None:
    return None if value is None else bytes(as_result(value)).decode()


def _facts(task: asyncio.Task[str | None]) -> dict[str, Any]:
    """How a handler ended that nobody stopped, as fields of `Finished`."""
    if task.cancelled():
        return _failed("CancelledError: the handler cancelled itself")
    match task.exception():
        case None:
            return {"result": task.result()}
        case RetryLater() as wish:
            return _failed(f"RetryLater: {wish}", retry_in_seconds=wish.seconds)
        case Cancel() as wish:
            return {"outcome": "cancelled", "reason": storable(str(wish)[:REASON_CHARACTERS])}
        case error:
            return _failed(_described(error))


def _failed(error: str, reason: str | None = None, **facts: object) -> dict[str, Any]:
    return {"outcome": "failed", "error": storable(error[:ERROR_CHARACTERS]), "reason": reason, **facts}


def _described(error: BaseException) -> str:
    """The error in one line, and unless it is one of Belfry's own sentences, the traceback from the handler on."""
    if isinstance(error, BelfryError):
        return str(error)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    return "".join([*traceback.format_exception_only(error), *traceback.format_list(frames)]).rstrip()
