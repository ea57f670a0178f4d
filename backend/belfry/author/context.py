"""What a handler is given, and the bounds of what it says and returns."""

import asyncio
import json
import math
import re
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import msgspec

from belfry.ground.errors import BelfryError
from belfry.rules.wire import Assign, Level

MAX_OUTPUT_BYTES = 5 * 1024 * 1024
MAX_LINE_BYTES = 64 * 1024
MAX_RESULT_BYTES = 5 * 1024 * 1024
HEAD_BYTES = 64 * 1024
"""So much of a result that is too large is kept."""

LEAST_LINE_BYTES = 50
"""A shorter line counts as this long, since it costs as much to keep: 5 MiB are at most some 100,000 lines."""

LINE_CUT = " … [cut off at 64 KiB]"
OUTPUT_CUT = "the output was cut off at 5 MiB; what follows is not kept"

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_ESCAPED_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


class NoJSON(BelfryError):
    """The result can't be written as JSON ({why}); return None, bool, int, float, str, and lists and dicts of them."""


class Sink(Protocol):
    """Where the words of a handler go; called from any thread."""

    def log(self, level: Level, message: str) -> None:
        """Take a line."""
        ...

    def progress(self, done: float, total: float) -> None:
        """Take how far the handler has come."""
        ...


class Log:
    """`ctx.log("text")` writes a line at INFO, `ctx.log.warn` and `ctx.log.error` at WARN and ERROR.

    Anything is logged as its `str`. 64 KiB of a line and 5 MiB of an attempt are kept.
    """

    def __init__(self, write: Callable[[Level, object], None]) -> None:
        self._write = write

    def __call__(self, message: object) -> None:
        """Write a line at INFO."""
        self._write("INFO", message)

    def warn(self, message: object) -> None:
        """Write a line at WARN."""
        self._write("WARN", message)

    def error(self, message: object) -> None:
        """Write a line at ERROR."""
        self._write("ERROR", message)


class Context:
    """An attempt as its handler sees it; every member may be used from any thread.

    `stands_for` is how many due instants it makes up for after an outage, its own among them; 1 ordinarily.

    Once the attempt is cancelled, `log` and `progress` raise CancelledError in every thread but the event loop's:
    so a sync handler ends there, as an async one does at its next await, whose clean-up may still log.
    """

    def __init__(self, assign: Assign, sink: Sink) -> None:
        self.execution_id = assign.execution_id
        self.job_id = assign.job_id
        self.attempt = assign.attempt
        self.stands_for = assign.stands_for
        self.log = Log(self._write)
        self._due_at = assign.due_at
        self._sink = sink
        self._cancelled = False
        self._loop_thread = threading.get_ident()
        self._writing = threading.Lock()
        self._bytes_left = MAX_OUTPUT_BYTES
        self._cut_off = False

    @property
    def due_at(self) -> datetime:
        """The instant this execution was due at."""
        return datetime.fromisoformat(self._due_at)

    @property
    def idempotency_key(self) -> str:
        """The same for all attempts of one execution, and different for every other; printable ASCII."""
        return f"{self.job_id}/{self.execution_id}/{self._due_at}"

    @property
    def cancelled(self) -> bool:
        """Whether the attempt has been cancelled or has run out of time."""
        return self._cancelled

    def cancel(self) -> None:
        """Tell the handler to stop."""
        self._cancelled = True

    def progress(self, done: float, total: float) -> None:
        """Say how much of a whole is done, both in the handler's own unit; ValueError unless finite and ≥ 0."""
        self._stop_if_cancelled()
        if not (math.isfinite(done) and math.isfinite(total) and done >= 0 and total >= 0):
            raise ValueError(f"progress takes two finite numbers from 0, not {done} and {total}")
        self._sink.progress(done, total)

    def _write(self, level: Level, message: object) -> None:
        self._stop_if_cancelled()
        line = _line(message)
        with self._writing:
            if not self._cut_off:
                self._pass_on(level, line)

    def _pass_on(self, level: Level, line: str) -> None:
        cost = max(len(line.encode()), LEAST_LINE_BYTES)
        if cost <= self._bytes_left:
            self._bytes_left -= cost
            self._sink.log(level, line)
            return
        self._cut_off = True
        if self._bytes_left:
            self._sink.log(level, _head(line.encode(), self._bytes_left))
        self._sink.log("WARN", OUTPUT_CUT)

    def _stop_if_cancelled(self) -> None:
        if self._cancelled and threading.get_ident() != self._loop_thread:
            raise asyncio.CancelledError(f"attempt {self.attempt} of execution {self.execution_id} was cancelled")


def storable(text: str) -> str:
    """The text with U+FFFD for what neither UTF-8 nor PostgreSQL can hold: NUL and lone surrogates."""
    return _UNSTORABLE.sub("\ufffd", text)


def as_result(value: object) -> msgspec.Raw:
    """The result of a handler as JSON text; NoJSON when it is none.

    Of one beyond 5 MiB an object `{truncated, bytes, head}` remains, with the first 64 KiB of its text.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise NoJSON(why=str(error)) from error
    packed = storable(_ESCAPED_NUL.sub(r"\1\\ufffd", text)).encode()
    if len(packed) > MAX_RESULT_BYTES:
        packed = msgspec.json.encode({"truncated": True, "bytes": len(packed), "head": _head(packed, HEAD_BYTES)})
    return msgspec.Raw(packed)


def _line(message: object) -> str:
    """The message as a line of at most 64 KiB and a mark."""
    line = storable(str(message)[: MAX_LINE_BYTES + 1])
    packed = line.encode()
    return line if len(packed) <= MAX_LINE_BYTES else _head(packed, MAX_LINE_BYTES) + LINE_CUT


def _head(text: bytes, size: int) -> str:
    """The first characters of a UTF-8 text that fit into `size` bytes."""
    return text[:size].decode(errors="ignore")
