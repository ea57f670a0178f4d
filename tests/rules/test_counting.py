"""Counting agrees with walking, and takes no longer when there is much to count."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belfry.rules.schedules import ClockChanges, Schedule, parse
from belfry.rules.schedules.plans import Walls
from drawn import SPANS, schedules

ANCHOR = datetime(2027, 1, 1, tzinfo=UTC)
MOST = 40


@settings(max_examples=300, deadline=None)
@given(schedules(), st.sampled_from(SPANS))
def test_counting_and_the_last_fire_agree_with_walking(drawn: tuple[Schedule, datetime], span: timedelta) -> None:
    schedule, start = drawn
    walked: list[datetime] = []
    while len(walked) < MOST and (fire := schedule.next_fire(walked[-1] if walked else start)):
        if fire > start + span:
            break
        walked.append(fire)
    end = walked[-1] if len(walked) == MOST else start + span
    assert schedule.count_between(start, end) == len(walked)
    assert schedule.last_fire(start, end) == (walked[-1] if walked else None)


@settings(max_examples=150, deadline=None)
@given(schedules(), st.lists(st.sampled_from(SPANS), min_size=2, max_size=4))
def test_the_counts_of_neighbouring_spans_add_up(drawn: tuple[Schedule, datetime], spans: list[timedelta]) -> None:
    schedule, start = drawn
    total, at = 0, start
    for span in spans:
        total += schedule.count_between(at, at + span)
        at += span
    assert schedule.count_between(start, at) == total


@pytest.mark.parametrize(
    ("rule", "zone", "policy", "span", "count"),
    [
        ("30 2 * * *", "Europe/Berlin", ClockChanges("run"), ("2027-03-27T23:00Z", 23), 1),
        ("30 2 * * *", "Europe/Berlin", ClockChanges("skip"), ("2027-03-27T23:00Z", 23), 0),
        ("0,30 2,3 * * *", "Europe/Berlin", ClockChanges("run"), ("2027-03-27T23:00Z", 23), 2),
        ("30 2 * * *", "Europe/Berlin", ClockChanges("run", "first"), ("2027-10-30T22:00Z", 25), 1),
        ("30 2 * * *", "Europe/Berlin", ClockChanges("run", "both"), ("2027-10-30T22:00Z", 25), 2),
        ("30 2 * * *", "Europe/Berlin", ClockChanges("run", "second"), ("2027-10-30T22:00Z", 3), 0),
        ("*/30 * * * *", "Europe/Berlin", ClockChanges(), ("2027-03-27T23:00Z", 23), 46),
        ("*/30 * * * *", "Europe/Berlin", ClockChanges(), ("2027-10-30T22:00Z", 25), 50),
        ("*/30 * * * *", "Australia/Lord_Howe", ClockChanges(), ("2027-04-03T13:00Z", 24), 48),
        ("45 1 * * *", "Australia/Lord_Howe", ClockChanges("run", "both"), ("2027-04-03T13:00Z", 24), 2),
        ("15 2 * * *", "Australia/Lord_Howe", ClockChanges("run"), ("2027-10-02T13:30Z", 24), 1),
        ("0 12 * * *", "Pacific/Apia", ClockChanges("skip"), ("2011-12-29T10:00Z", 48), 2),
        ("0 12 * * *", "Pacific/Apia", ClockChanges("run"), ("2011-12-29T10:00Z", 48), 3),
        ("* * * * * *", "Europe/Berlin", ClockChanges(), ("2027-10-30T22:00Z", 25), 90_000),
    ],
)
def test_the_day_of_a_clock_change_has_its_own_count(
    rule: str, zone: str, policy: ClockChanges, span: tuple[str, int], count: int
) -> None:
    schedule = parse(rule, zone, anchor=ANCHOR, clock_changes=policy)
    before = datetime.fromisoformat(span[0]) - timedelta(seconds=1)
    assert schedule.count_between(before, before + timedelta(hours=span[1])) == count


def test_rules_that_name_one_instant_count_it_once() -> None:
    union = Schedule(Walls(("0 */2 * * *", "0 */3 * * *"), "UTC", ClockChanges()), "UTC")
    assert union.count_between(ANCHOR - timedelta(seconds=1), ANCHOR + timedelta(days=1, seconds=-1)) == 16


def test_what_fires_once_or_never_is_counted_too() -> None:
    once, manual = parse("2027-05-23T15:30:00Z", anchor=ANCHOR), parse("manual", anchor=ANCHOR)
    at = datetime(2027, 5, 23, 15, 30, tzinfo=UTC)
    assert (once.count_between(ANCHOR, at), once.count_between(at, at + timedelta(days=1))) == (1, 0)
    assert (once.last_fire(ANCHOR, at), once.last_fire(at, at + timedelta(days=1))) == (at, None)
    assert (manual.count_between(ANCHOR, at), manual.last_fire(ANCHOR, at)) == (0, None)


def test_a_span_that_runs_backwards_or_lies_outside_of_time_holds_nothing() -> None:
    schedule = parse("* * * * *", anchor=ANCHOR)
    assert schedule.count_between(ANCHOR, ANCHOR - timedelta(days=1)) == 0
    assert schedule.last_fire(ANCHOR, ANCHOR) is None
    assert schedule.count_between(datetime(9950, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)) == 0
    assert schedule.count_between(datetime.min.replace(tzinfo=UTC), datetime(1880, 1, 1, tzinfo=UTC)) == 0


@pytest.mark.parametrize(
    ("rule", "days", "count", "milliseconds"),
    [
        ("* * * * * *", 31, 2_678_400, 5),
        ("0 3 * * *", 365, 365, 20),
        ("*/5 * * * *", 3653, 1_052_064, 100),
        ("every 7 seconds", 3653, 45_088_457, 5),
    ],
)
def test_a_long_outage_is_counted_within_milliseconds(rule: str, days: int, count: int, milliseconds: int) -> None:
    schedule = parse(rule, "Europe/Berlin", anchor=ANCHOR)
    end = ANCHOR + timedelta(days=days)
    assert schedule.count_between(ANCHOR, end) == count
    started = time.process_time()
    schedule.count_between(ANCHOR, end)
    assert time.process_time() - started < 5 * milliseconds / 1000
    started = time.process_time()
    assert schedule.next_fire(schedule.last_fire(ANCHOR, end)) > end
    assert time.process_time() - started < 0.5
