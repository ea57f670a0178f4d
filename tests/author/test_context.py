"""What a handler may say and return, and how much of it is kept."""

import asyncio
import json
import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.author.context import (
    HEAD_BYTES,
    LINE_CUT,
    MAX_LINE_BYTES,
    MAX_OUTPUT_BYTES,
    MAX_RESULT_BYTES,
    OUTPUT_CUT,
    Context,
    NoJSON,
    as_result,
)
from belfry.rules.wire import Assign


class Heard:
    """A sink that remembers."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []
        self.steps: list[tuple[float, float]] = []

    def log(self, level: str, message: str) -> None:
        self.lines.append((level, message))

    def progress(self, done: float, total: float) -> None:
        self.steps.append((done, total))


def a_context(heard: Heard, **facts: Any) -> Context:
    given = {"execution_id": 7, "job_id": "report", "attempt": 1, "fence": 1, "due_at": "2027-01-31T06:00:00+00:00"}
    return Context(Assign(**given | facts), heard)


def in_a_thread(call: Any) -> BaseException | None:
    """What the call raised in a thread of its own, as a sync handler runs in one."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            call()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return raised[0] if raised else None


def test_lines_carry_their_level() -> None:
    heard = Heard()
    ctx = a_context(heard)
    ctx.log("one")
    ctx.log.warn(2)
    ctx.log.error(ValueError("three"))
    assert heard.lines == [("INFO", "one"), ("WARN", "2"), ("ERROR", "three")]


def test_the_idempotency_key_is_the_same_for_all_attempts_of_one_execution_only() -> None:
    first, again = a_context(Heard(), attempt=1), a_context(Heard(), attempt=2)
    assert first.idempotency_key == again.idempotency_key
    assert first.idempotency_key.isascii() and first.idempotency_key.isprintable()
    others = [{"execution_id": 8}, {"job_id": "other"}, {"due_at": "2028-01-31T06:00:00+00:00"}]
    assert all(a_context(Heard(), **other).idempotency_key != first.idempotency_key for other in others)


def test_the_due_instant_is_an_aware_datetime() -> None:
    assert a_context(Heard()).due_at == datetime(2027, 1, 31, 6, tzinfo=UTC)


def test_what_can_not_be_stored_is_replaced_in_a_line() -> None:
    heard = Heard()
    a_context(heard).log("a\0b\ud800c\nd")
    assert heard.lines == [("INFO", "a\ufffdb\ufffdc\nd")]


def test_a_long_line_is_cut_between_characters() -> None:
    heard = Heard()
    a_context(heard).log("x" + "ü" * MAX_LINE_BYTES)
    (line,) = [message for _, message in heard.lines]
    assert line.endswith(LINE_CUT)
    kept = line.removesuffix(LINE_CUT)
    assert kept == "x" + "ü" * (MAX_LINE_BYTES // 2 - 1)


@pytest.mark.parametrize("line", ["x" * 1_000, "ü" * 500, "x" * (MAX_LINE_BYTES + 5), "0123456789" * 524_288])
def test_output_is_cut_off_once_at_five_mebibytes(line: str) -> None:
    heard = Heard()
    ctx = a_context(heard)
    for _ in range(2 * MAX_OUTPUT_BYTES // min(len(line.encode()), MAX_LINE_BYTES)):
        ctx.log(line)
    *kept, mark = heard.lines
    assert mark == ("WARN", OUTPUT_CUT)
    size = sum(len(message.encode()) for _, message in kept)
    assert MAX_OUTPUT_BYTES - 4 <= size <= MAX_OUTPUT_BYTES


def test_a_flood_of_empty_lines_is_cut_off_too() -> None:
    heard = Heard()
    ctx = a_context(heard)
    for _ in range(110_000):
        ctx.log("")
    assert len(heard.lines) < 105_000
    assert heard.lines[-1] == ("WARN", OUTPUT_CUT)


def test_threads_that_log_at_once_share_one_bound() -> None:
    heard = Heard()
    ctx = a_context(heard)
    threads = [threading.Thread(target=lambda: [ctx.log("x" * 10_000) for _ in range(200)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard.lines.count(("WARN", OUTPUT_CUT)) == 1
    assert sum(len(message) for level, message in heard.lines if level == "INFO") == MAX_OUTPUT_BYTES


def test_progress_is_passed_on_and_nonsense_is_refused() -> None:
    heard = Heard()
    ctx = a_context(heard)
    ctx.progress(1, 4)
    ctx.progress(0, 0)
    for done, total in [(float("nan"), 1), (1, float("inf")), (-1, 4)]:
        with pytest.raises(ValueError, match="two finite numbers"):
            ctx.progress(done, total)
    assert heard.steps == [(1, 4), (0, 0)]


def test_a_cancelled_sync_handler_ends_at_its_next_word() -> None:
    heard = Heard()
    ctx = a_context(heard)
    assert in_a_thread(lambda: ctx.log("still running")) is None
    assert not ctx.cancelled
    ctx.cancel()
    assert ctx.cancelled
    assert isinstance(in_a_thread(lambda: ctx.log("no more")), asyncio.CancelledError)
    assert isinstance(in_a_thread(lambda: ctx.progress(1, 2)), asyncio.CancelledError)
    assert heard.lines == [("INFO", "still running")]


async def test_a_cancelled_async_handler_may_log_while_it_cleans_up() -> None:
    heard = Heard()
    ctx = a_context(heard)
    ctx.cancel()
    ctx.log("closing the file")
    assert heard.lines == [("INFO", "closing the file")]


stored_text = st.text('a"\\u0\n\x01ä€😀')
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | stored_text,
    lambda inner: st.lists(inner) | st.dictionaries(stored_text, inner),
)


@given(json_values)
def test_a_result_that_is_json_is_kept_as_it_is(value: Any) -> None:
    assert json.loads(bytes(as_result(value))) == value


@given(st.lists(st.sampled_from(["\0", "\\", "u0000", "\ud800", "x"])).map("".join))
def test_only_what_can_not_be_stored_is_replaced_in_a_result(text: str) -> None:
    packed = bytes(as_result({"text": text})).decode()
    assert json.loads(packed) == {"text": text.replace("\0", "\ufffd").replace("\ud800", "\ufffd")}


def circular() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


def deep() -> list[Any]:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [float("nan"), [float("-inf")], {"at": datetime(2027, 1, 1, tzinfo=UTC)}, {1, 2}, b"x", object(), {(1, 2): 3}],
)
def test_a_result_that_is_no_json_is_refused_in_words(value: Any) -> None:
    with pytest.raises(NoJSON, match=r"can't be written as JSON \(.+\); return None, bool"):
        as_result(value)


@pytest.mark.parametrize("value", [circular(), deep()], ids=["circular", "deep"])
def test_a_result_without_end_is_refused(value: Any) -> None:
    with pytest.raises(NoJSON):
        as_result(value)


def test_of_a_result_that_is_too_large_only_the_head_is_kept() -> None:
    largest = as_result("x" * (MAX_RESULT_BYTES - 2))
    assert len(bytes(largest)) == MAX_RESULT_BYTES
    cut = json.loads(bytes(as_result("x" * (MAX_RESULT_BYTES - 1))))
    assert cut == {"truncated": True, "bytes": MAX_RESULT_BYTES + 1, "head": '"' + "x" * (HEAD_BYTES - 1)}
