"""What a job author can see of a command in a test of their own."""

import threading

import pytest

from belfry import Cancel, Context, RetryLater
from belfry.author.testing import run
from belfry.ground.errors import Invalid


async def gather(ctx: Context, folder: str, count: int = 2) -> dict[str, object]:
    for number in range(count):
        ctx.log(f"{folder}/{number}")
        ctx.progress(number + 1, count)
    ctx.log.warn("that was all")
    return {"attempt": ctx.attempt, "files": (1, 2)}


def test_an_outcome_holds_the_result_as_it_would_be_kept_and_all_that_was_said() -> None:
    outcome = run(gather, {"folder": "in"}, attempt=3)
    assert outcome.error is None
    assert outcome.result == {"attempt": 3, "files": [1, 2]}
    assert outcome.logs == [("INFO", "in/0"), ("INFO", "in/1"), ("WARN", "that was all")]
    assert outcome.progress == [(1, 2), (2, 2)]


def test_a_sync_handler_runs_in_a_thread_of_its_own() -> None:
    def where(ctx: Context) -> bool:
        return threading.current_thread() is threading.main_thread()

    assert run(where, {}).result is False


@pytest.mark.parametrize("wish", [RetryLater(5, "busy"), Cancel("nothing to do"), ValueError("broken")])
def test_what_a_handler_raises_is_in_the_outcome(wish: Exception) -> None:
    def fail(ctx: Context) -> None:
        ctx.log("failing")
        raise wish

    outcome = run(fail, {})
    assert outcome.error is wish
    assert outcome.logs == [("INFO", "failing")]


def test_wrong_arguments_are_in_the_outcome_too() -> None:
    assert isinstance(run(gather, {}).error, Invalid)
    assert isinstance(run("gathr", {}).error, Invalid)
