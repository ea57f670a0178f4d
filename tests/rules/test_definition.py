"""What a job may say, and how what it may not is refused."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.ground.errors import Invalid
from belfry.rules.definition import DEEPEST, SLUG, Definition, check, slug, unstorable
from belfry.rules.lifecycle import RetryPolicy

LATER = datetime(2027, 1, 31, 8, tzinfo=UTC)


def a_definition(**fields: Any) -> Definition:
    return Definition(**{"name": "Report", "schedule": "@daily", "command": "echo"} | fields)


def wrong(**fields: Any) -> list[tuple[str, str]]:
    """The fields that are refused, each with the code."""
    try:
        check(a_definition(**fields))
    except Invalid as error:
        return [(each.field, each.code) for each in error.errors]
    return []


def a_policy(**fields: Any) -> dict[str, Any]:
    return {"retry_policy": RetryPolicy(**{"type": "FIXED"} | fields)}


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"id": "a"},
        {"id": "a.b-c_d", "name": "é" * 200, "description": "x" * 10_000},
        {"tags": ["x" * 100] * 50, "labels": {"gpu": "", "k" * 100: "v" * 200}},
        {"dependencies": [f"job-{n}" for n in range(100)]},
        {"timeout_seconds": 0.001},
        {"timeout_seconds": 2_592_000},
        {"start_at": LATER, "end_at": LATER + timedelta(microseconds=1)},
        {"overlap": "allow", "misfire": "all"},
        {"args": {"text": "tab\t and line\n", "big": 10**300, "small": -0.0, "deep": nested(DEEPEST - 1)}},
        a_policy(max_retries=100, delay_ms=86_400_000),
        a_policy(max_retries=1, delay_ms=0, max_delay_ms=0),
        a_policy(type="EXPONENTIAL", delay_ms=1000, max_delay_ms=1000, jitter=1),
        a_policy(type="NONE", max_retries=0),
        a_policy(delay_ms=2000, max_delay_ms=1000),
    ],
)
def test_what_makes_sense_is_accepted(fields: dict[str, Any]) -> None:
    assert wrong(**fields) == []


@pytest.mark.parametrize("text", ["", "A", "a b", "-a", "a-", "a\n", "é", "x" * 101, "a/b"])
def test_an_id_is_a_slug(text: str) -> None:
    assert wrong(id=text) == [("id", "slug")]


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"name": " \t"}, ("name", "empty")),
        ({"name": "x" * 201}, ("name", "too_long")),
        ({"description": "x" * 10_001}, ("description", "too_long")),
        ({"tags": ["etl", " "]}, ("tags", "invalid")),
        ({"tags": ["x" * 101]}, ("tags", "invalid")),
        ({"tags": ["x"] * 51}, ("tags", "too_many")),
        ({"labels": {"": "v"}}, ("labels", "invalid")),
        ({"labels": {"k": "v" * 201}}, ("labels", "invalid")),
        ({"labels": {f"k{n}": "v" for n in range(51)}}, ("labels", "too_many")),
        ({"dependencies": ["a", "b", "a"]}, ("dependencies", "duplicate")),
        ({"dependencies": [f"job-{n}" for n in range(101)]}, ("dependencies", "too_many")),
        (a_policy(type="LINEAR"), ("retry_policy.type", "choice")),
        (a_policy(max_retries=101), ("retry_policy.max_retries", "range")),
        (a_policy(max_retries=-1), ("retry_policy.max_retries", "range")),
        (a_policy(max_retries=2**70), ("retry_policy.max_retries", "range")),
        (a_policy(type="NONE", max_retries=1), ("retry_policy.max_retries", "conflict")),
        (a_policy(delay_ms=-1), ("retry_policy.delay_ms", "range")),
        (a_policy(max_delay_ms=86_400_001), ("retry_policy.max_delay_ms", "range")),
        (a_policy(type="EXPONENTIAL", delay_ms=2, max_delay_ms=1), ("retry_policy.max_delay_ms", "range")),
        (a_policy(jitter=1.01), ("retry_policy.jitter", "range")),
        (a_policy(jitter=float("nan")), ("retry_policy.jitter", "range")),
        ({"timeout_seconds": 0}, ("timeout_seconds", "range")),
        ({"timeout_seconds": -1}, ("timeout_seconds", "range")),
        ({"timeout_seconds": 2_592_001}, ("timeout_seconds", "range")),
        ({"start_at": LATER.replace(tzinfo=None)}, ("start_at", "offset")),
        ({"end_at": LATER.replace(tzinfo=None)}, ("end_at", "offset")),
        ({"start_at": datetime.min.replace(tzinfo=timezone(timedelta(hours=5)))}, ("start_at", "range")),
        ({"end_at": datetime.max.replace(tzinfo=timezone(timedelta(hours=-5)))}, ("end_at", "range")),
        ({"start_at": LATER, "end_at": LATER}, ("end_at", "range")),
        ({"jitter_seconds": -1}, ("jitter_seconds", "range")),
        ({"jitter_seconds": 86_401}, ("jitter_seconds", "range")),
        ({"max_concurrency": 2}, ("max_concurrency", "conflict")),
        ({"overlap": "allow", "max_concurrency": 0}, ("max_concurrency", "range")),
        ({"max_runs": 0}, ("max_runs", "range")),
        ({"misfire_limit": 0}, ("misfire_limit", "range")),
        ({"misfire_limit": 1001}, ("misfire_limit", "range")),
        ({"calendar_shift": "next"}, ("calendar_shift", "conflict")),
        ({"calendar": "a", "calendar_use": "only", "calendar_shift": "next"}, ("calendar_shift", "conflict")),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(fields: dict[str, Any], refused: tuple[str, str]) -> None:
    assert wrong(**fields) == [refused]


def test_everything_that_is_wrong_is_said_at_once() -> None:
    assert wrong(name="", timeout_seconds=0, jitter_seconds=-1) == [
        ("name", "empty"),
        ("timeout_seconds", "range"),
        ("jitter_seconds", "range"),
    ]


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"name": "a\0b"}, "name", "nul"),
        ({"command": "\0"}, "command", "nul"),
        ({"timezone": "\ud800"}, "timezone", "surrogate"),
        ({"dependencies": ["a", "\0"]}, "dependencies[1]", "nul"),
        ({"tags": ["a\0"]}, "tags[0]", "nul"),
        ({"labels": {"gpu": "\0"}}, "labels.gpu", "nul"),
        ({"labels": {"g\0": "x"}}, "labels", "nul"),
        ({"args": {"list": [1, {"deep": "\udfff"}]}}, "args.list[1].deep", "surrogate"),
        ({"args": {"x": {"n\0": 1}}}, "args.x", "nul"),
        ({"args": {"x": [float("inf")]}}, "args.x[0]", "not_finite"),
        ({"metadata": {"x": float("nan")}}, "metadata.x", "not_finite"),
        ({"args": {"x": nested(DEEPEST)}}, "args", "too_deep"),
        ({"metadata": {"x": nested(100_000)}}, "metadata", "too_deep"),
    ],
)
def test_what_cannot_be_stored_is_refused_where_it_stands(fields: dict[str, Any], field: str, code: str) -> None:
    assert wrong(**fields) == [(field, code)]


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5)
storable_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=10,
)


@given(storable_values)
def test_ordinary_json_can_be_stored(value: Any) -> None:
    assert list(unstorable(value, "args")) == []


@given(storable_values, st.sampled_from(["\0", "\ud800", float("nan"), float("-inf")]))
def test_one_bad_value_is_found_however_deep_it_lies(value: Any, bad: Any) -> None:
    assert [error.field for error in unstorable([{"x": value, "y": [value, bad]}])] == ["[0].y[1]"]


def test_defaults_are_as_promised() -> None:
    read = msgspec.json.decode(b'{"name": "a", "schedule": "manual", "command": "echo"}', type=Definition)
    assert (read.timezone, read.priority, read.overlap, read.misfire, read.enabled) == (
        "UTC",
        "MEDIUM",
        "skip",
        "once",
        True,
    )
    assert (read.retry_policy.type, read.retry_policy.max_retries) == ("NONE", 0)


def test_a_schedule_is_required() -> None:
    for text in (b'{"name": "a", "command": "echo"}', b'{"name": "a", "command": "echo", "schedule": null}'):
        with pytest.raises(msgspec.ValidationError, match="schedule"):
            msgspec.json.decode(text, type=Definition)


@pytest.mark.parametrize(
    ("name", "made"),
    [("Report generation", "report-generation"), ("  Ä--b ", "b"), ("!!!", "job"), ("x" * 80, "x" * 60)],
)
def test_an_id_is_made_of_the_name(name: str, made: str) -> None:
    assert slug(name) == made


@given(st.text())
def test_every_name_gives_an_id_that_is_accepted(name: str) -> None:
    assert SLUG.fullmatch(slug(name))
