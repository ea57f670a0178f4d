"""Run a command in a unit test of one's own, without worker and server.

outcome = run(resize, {"folder": "in", "width": 100})
assert outcome.result == {"resized": 3}
"""

import asyncio
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec

from belfry.author.builtins import registry
from belfry.author.context import Context, as_result
from belfry.rules.commands import Command
from belfry.rules.wire import Assign, Level

DUE_AT = "2027-01-01T00:00:00+00:00"


class Outcome(msgspec.Struct):
    """What came of one attempt: the result as a server would keep it, or the error that ended it."""

    result: Any = None
    error: Exception | None = None
    logs: list[tuple[Level, str]] = []
    progress: list[tuple[float, float]] = []


def run(command: Callable[..., Any] | str, args: dict[str, Any], *, attempt: int = 1) -> Outcome:
    """Run one attempt of a command, given by its name or its function, in an event loop of its own.

    What the handler raises is in the outcome; so is Invalid when the arguments do not fit.
    """
    outcome = Outcome()
    try:
        outcome.result = asyncio.run(_attempt(_found(command), args, attempt, outcome))
    except Exception as error:
        outcome.error = error
    return outcome


class _Listener:
    """Writes what a handler says into the outcome."""

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome

    def log(self, level: Level, message: str) -> None:
        self._outcome.logs.append((level, message))

    def progress(self, done: float, total: float) -> None:
        self._outcome.progress.append((done, total))


async def _attempt(command: Command, args: dict[str, Any], attempt: int, outcome: Outcome) -> Any:
    assign = Assign(execution_id=1, attempt=attempt, fence=1, job_id="test", due_at=DUE_AT)
    context = Context(assign, _Listener(outcome))
    call = partial(command.handler, context, **command.bind(args))
    result = await (call() if command.is_async else asyncio.to_thread(call))
    return json.loads(bytes(as_result(result)))


def _found(command: Callable[..., Any] | str) -> Command:
    if isinstance(command, str):
        return registry.get(command)
    return next((known for known in registry if known.handler is command), None) or Command(command)
