"""One attempt: however its handler ends, or does not, it is over once, and its slot is free."""

import asyncio
import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from belfry.author import attempt as module
from belfry.author.attempt import ERROR_CHARACTERS, REASON_CHARACTERS, Attempt
from belfry.author.context import Context
from belfry.author.outbox import Outbox
from belfry.rules.commands import Cancel, Command, Registry, RetryLater
from belfry.rules.wire import Assign, Finished, FromWorker, Logged


class Slot:
    """Carries out one attempt of a handler and keeps what it says."""

    def __init__(self, handler: Callable[..., Any], **facts: Any) -> None:
        registry = Registry()
        registry.add(Command(handler, "work"))
        self.over = asyncio.Event()
        self.ends = 0
        self.outbox = Outbox()
        assign = Assign(**{"execution_id": 1, "attempt": 2, "fence": 3, "job_id": "job", "command": "work"} | facts)
        self.attempt = Attempt(assign, self.outbox, self._ended)
        self.attempt.begin(registry)

    def _ended(self, attempt: Attempt) -> None:
        assert attempt is self.attempt
        self.ends += 1
        self.over.set()

    def said(self) -> FromWorker:
        return self.outbox.take() or FromWorker()

    async def begun(self) -> None:
        """The handler has begun."""
        assert await self.outbox.alarm.sleep(10)

    async def end(self) -> Finished:
        """How it ended."""
        await asyncio.wait_for(self.over.wait(), 10)
        (end,) = self.said().finished
        assert (end.execution_id, end.attempt, end.fence) == (1, 2, 3)
        return end


class Signal:
    """A flag that one side waits for in a thread and the other in the event loop."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        self._event.set()

    def wait(self) -> None:
        assert self._event.wait(10)

    async def seen(self) -> None:
        await asyncio.to_thread(self.wait)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STOP_SECONDS", 0.05)


@pytest.mark.parametrize(
    ("value", "packed"),
    [(None, None), ({"a": [1, 2.5, None]}, '{"a":[1,2.5,null]}'), ("é\0", '"é\\\\ufffd"'), (0, "0"), (False, "false")],
)
async def test_what_a_handler_returns_is_the_result_as_json(value: object, packed: str | None) -> None:
    async def at_once(ctx: Context) -> Any:
        return value

    def in_a_thread(ctx: Context) -> Any:
        return value

    for handler in (at_once, in_a_thread):
        end = await Slot(handler).end()
        assert (end.outcome, end.error) == ("succeeded", None)
        assert end.result == (packed and packed.replace("\\\\", "\\"))


async def test_a_result_that_is_no_json_fails_and_says_why() -> None:
    async def handler(ctx: Context) -> Any:
        return {1, 2}

    end = await Slot(handler).end()
    assert end.outcome == "failed"
    assert end.error and end.error.startswith("The result can't be written as JSON (Object of type set")


async def test_an_error_is_told_with_the_line_it_came_from_and_without_belfrys_own() -> None:
    def handler(ctx: Context) -> None:
        json.loads("{")

    end = await Slot(handler).end()
    assert end.outcome == "failed"
    assert end.error and end.error.startswith("json.decoder.JSONDecodeError: Expecting property name")
    assert 'json.loads("{")' in end.error
    assert module.__file__ not in end.error


class Dumb(Exception):
    def __str__(self) -> str:
        raise ValueError("no words")


class Odd(BaseException):
    """Not even an Exception."""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("a\0b\ud800"), "ValueError: a\ufffdb\ufffd"),
        (Dumb(), "Dumb: <exception str() failed>"),
        (Odd("x"), "Odd: x"),
        (SystemExit(3), "The handler tried to end the worker: SystemExit(3)"),
        (KeyboardInterrupt(), "The handler tried to end the worker: KeyboardInterrupt()"),
        (StopIteration(), "RuntimeError: coroutine raised StopIteration"),
        (GeneratorExit(), "GeneratorExit"),
        (asyncio.CancelledError("by myself"), "CancelledError: the handler cancelled itself"),
        (RetryLater(2.5, "busy\0"), "RetryLater: busy\ufffd"),
        (RetryLater(2), "RetryLater: to be tried again in 2 s"),
        (MemoryError(), "MemoryError"),
    ],
)
async def test_whatever_is_raised_fails_the_attempt_and_nothing_else(error: BaseException, said: str) -> None:
    async def at_once(ctx: Context) -> None:
        raise error

    async def after_a_while(ctx: Context) -> None:
        await asyncio.sleep(0)
        raise error

    def in_a_thread(ctx: Context) -> None:
        raise error

    for handler in (at_once, after_a_while, in_a_thread):
        end = await Slot(handler).end()
        assert (end.outcome, end.reason, end.result) == ("failed", None, None)
        assert end.error and said in end.error.splitlines()[0]
        assert end.retry_in_seconds == getattr(error, "seconds", None)


async def test_an_endless_error_is_cut() -> None:
    async def handler(ctx: Context) -> None:
        raise ValueError("x" * 10 * ERROR_CHARACTERS)

    end = await Slot(handler).end()
    assert end.error and len(end.error) == ERROR_CHARACTERS


@pytest.mark.parametrize(
    ("reason", "kept"),
    [("not needed", "not needed"), ("\0", "\ufffd"), (7, "7"), ("x" * 5000, "x" * REASON_CHARACTERS)],
)
async def test_a_handler_may_cancel_its_execution(reason: Any, kept: str) -> None:
    async def handler(ctx: Context) -> None:
        raise Cancel(reason)

    end = await Slot(handler).end()
    assert (end.outcome, end.reason, end.error) == ("cancelled", kept, None)


@pytest.mark.parametrize("facts", [{"command": "gone"}, {"args": '{"unknown": 1}'}, {"args": '{"width": "wide"}'}])
async def test_an_assignment_that_cannot_be_carried_out_fails(facts: dict[str, str]) -> None:
    async def handler(ctx: Context, width: int = 1) -> None:
        raise AssertionError

    end = await Slot(handler, **facts).end()
    assert end.outcome == "failed"
    assert end.error and end.error.startswith("The input is not valid: ")


async def test_it_is_told_to_have_begun_and_how_long_it_took() -> None:
    go = asyncio.Event()

    async def handler(ctx: Context) -> None:
        await go.wait()

    before = time.monotonic()
    slot = Slot(handler)
    await slot.begun()
    assert [start.execution_id for start in slot.said().started] == [1]
    go.set()
    assert 0 < (await slot.end()).duration_seconds <= time.monotonic() - before


async def test_it_begins_when_it_is_to_and_no_sooner() -> None:
    async def handler(ctx: Context) -> float:
        return time.monotonic()

    assigned = time.monotonic()
    slot = Slot(handler, start_in_seconds=0.1)
    slot.attempt.tell_start()
    await asyncio.sleep(0)
    assert slot.said() == FromWorker()
    end = await slot.end()
    assert float(end.result or 0) - assigned >= 0.1
    assert end.duration_seconds < 0.1


async def test_what_was_cancelled_before_it_began_never_runs() -> None:
    async def handler(ctx: Context) -> None:
        raise AssertionError

    slot = Slot(handler, start_in_seconds=10)
    slot.attempt.cancel()
    end = await slot.end()
    assert (end.outcome, end.duration_seconds) == ("cancelled", 0)


async def test_words_from_a_thread_arrive_in_order_and_before_the_end() -> None:
    def handler(ctx: Context) -> None:
        for number in range(100):
            ctx.log(number)
            ctx.progress(number, 100)

    slot = Slot(handler)
    await slot.over.wait()
    frame = slot.said()
    assert [line.message for line in frame.log] == [str(number) for number in range(100)]
    assert len(frame.finished) == 1


async def test_a_cancelled_handler_stops_at_its_next_await_and_may_clean_up() -> None:
    async def handler(ctx: Context) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            assert ctx.cancelled
            ctx.log("cleaned up")

    slot = Slot(handler)
    await slot.begun()
    slot.attempt.cancel()
    await slot.over.wait()
    frame = slot.said()
    assert [line.message for line in frame.log] == ["cleaned up"]
    assert (frame.finished[0].outcome, frame.finished[0].reason) == ("cancelled", "cancelled on request")


async def test_a_cancelled_thread_keeps_its_slot_until_it_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STOP_SECONDS", 10)
    running, told, stop = Signal(), Signal(), Signal()

    def handler(ctx: Context) -> None:
        running.set()
        stop.wait()
        told.set()

    slot = Slot(handler)
    await running.seen()
    slot.attempt.cancel()
    for _ in range(10):
        await asyncio.sleep(0)
    assert not slot.over.is_set()
    stop.set()
    assert (await slot.end()).outcome == "cancelled"
    await told.seen()


async def test_a_thread_that_logs_is_ended_there_once_it_is_cancelled() -> None:
    running = Signal()

    def handler(ctx: Context) -> None:
        while True:
            ctx.log("still here")
            running.set()
            time.sleep(0.001)

    slot = Slot(handler)
    await running.seen()
    slot.attempt.cancel()
    assert (await slot.end()).outcome == "cancelled"


async def test_a_thread_that_never_stops_times_out_and_is_heard_no_more() -> None:
    stop, stopped = Signal(), Signal()
    mine: list[Context] = []

    def handler(ctx: Context) -> str:
        mine.append(ctx)
        stop.wait()
        stopped.set()
        return "too late"

    slot = Slot(handler, timeout_seconds=0.02)
    end = await slot.end()
    assert (end.outcome, end.reason, end.error) == ("failed", "timeout", "timed out after 0.02 s")
    stop.set()
    await stopped.seen()
    mine[0].log("from the loop's own thread")
    assert slot.said() == FromWorker()
    assert slot.ends == 1


async def test_a_coroutine_that_swallows_its_cancellation_is_closed(caplog: pytest.LogCaptureFixture) -> None:
    closed = asyncio.Event()

    async def handler(ctx: Context) -> None:
        try:
            while True:
                try:
                    await asyncio.Event().wait()
                except asyncio.CancelledError:
                    continue
        finally:
            closed.set()

    slot = Slot(handler, timeout_seconds=0.01)
    end = await slot.end()
    assert (end.outcome, end.reason) == ("failed", "timeout")
    await asyncio.wait_for(closed.wait(), 10)
    assert "work does not stop" in caplog.text


@pytest.mark.filterwarnings("ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning")
async def test_a_coroutine_that_cannot_even_be_closed_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    stop = asyncio.Event()

    async def handler(ctx: Context) -> None:
        while not stop.is_set():
            try:
                await stop.wait()
            except BaseException:
                continue

    slot = Slot(handler, timeout_seconds=0.01)
    assert (await slot.end()).reason == "timeout"
    assert "nor when it is closed" in caplog.text
    stop.set()
    await asyncio.sleep(0)
    assert slot.ends == 1


async def test_a_handler_that_answers_its_timeout_with_a_result_has_timed_out() -> None:
    async def handler(ctx: Context) -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            return "just made it"
        return ""

    end = await Slot(handler, timeout_seconds=0.01).end()
    assert (end.outcome, end.reason, end.result) == ("failed", "timeout", None)


async def test_what_succeeded_is_not_cancelled_afterwards() -> None:
    async def handler(ctx: Context) -> str:
        asyncio.get_running_loop().call_soon(slot.attempt.cancel)
        return "done"

    slot = Slot(handler)
    assert (await slot.end()).outcome == "succeeded"


async def test_a_cancellation_after_a_timeout_changes_nothing() -> None:
    async def handler(ctx: Context) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            slot.attempt.cancel()

    slot = Slot(handler, timeout_seconds=0.01)
    assert (await slot.end()).reason == "timeout"


async def test_a_revoked_attempt_says_nothing_more_but_frees_its_slot() -> None:
    async def handler(ctx: Context) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ctx.log("never heard")

    slot = Slot(handler)
    await slot.begun()
    slot.said()
    slot.attempt.revoke()
    await asyncio.wait_for(slot.over.wait(), 10)
    slot.attempt.tell_start()
    assert slot.said() == FromWorker()


async def test_nothing_is_left_behind_in_the_event_loop(caplog: pytest.LogCaptureFixture) -> None:
    async def handler(ctx: Context) -> None:
        ctx.log("x")
        raise ValueError

    with caplog.at_level(logging.ERROR, "asyncio"):
        slot = Slot(handler, timeout_seconds=100)
        await slot.end()
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}
    assert caplog.records == []


async def test_a_line_carries_its_level_and_its_attempt() -> None:
    async def handler(ctx: Context) -> None:
        ctx.log.error("broken")

    slot = Slot(handler)
    await slot.over.wait()
    assert slot.said().log == [Logged(execution_id=1, attempt=2, fence=3, level="ERROR", message="broken")]
