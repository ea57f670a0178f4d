"""Every due instant is accounted for exactly once, whatever the policies."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.rules.firing import CHUNK, Due, Firing, decide, next_within

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class Every:
    """Instants at a fixed distance."""

    def __init__(self, seconds: int) -> None:
        self.step = timedelta(seconds=seconds)

    def next_fire(self, after: datetime) -> datetime | None:
        return EPOCH + self.step * ((after - EPOCH) // self.step + 1)

    def fires_between(self, start: datetime, end: datetime, limit: int) -> list[datetime]:
        found: list[datetime] = []
        fire = self.next_fire(start)
        while fire and fire <= end and len(found) < limit:
            found.append(fire)
            fire = self.next_fire(fire)
        return found


@given(
    st.integers(1, 3600),
    st.integers(0, 3 * CHUNK),
    st.sampled_from(["once", "all", "skip"]),
    st.sampled_from(["skip", "allow"]),
    st.booleans(),
)
def test_instants_are_fired_or_skipped_without_a_gap(
    seconds: int, missed: int, misfire: str, overlap: str, live: bool
) -> None:
    times = Every(seconds)
    first = EPOCH + times.step
    now = first + times.step * missed + times.step / 2
    verdict = decide(Due(first, misfire, overlap, live=live), times, now)
    spans = [(fire, fire, 1) for fire in verdict.fires] + [
        (skip.first, skip.last, skip.count) for skip in verdict.skips
    ]
    covered = sorted(spans)
    expected = first
    for start, end, count in covered:
        assert start == expected
        assert end == start + times.step * (count - 1)
        expected = end + times.step
    assert verdict.next_fire_at == expected
    assert verdict.last == expected - times.step
    assert sum(count for _, _, count in covered) == min(missed + 1, CHUNK)
    if overlap == "skip":
        assert len(verdict.fires) <= (0 if live else 1)


def late(misfire: str, by: float, several: int = 1, **facts: Any) -> Firing:
    """The verdict on so many instants, ten seconds apart, of which the latest is late by so many seconds."""
    times = Every(10)
    first = EPOCH + times.step
    now = first + times.step * (several - 1) + timedelta(seconds=by)
    return decide(Due(first, misfire, facts.pop("overlap", "allow"), **facts), times, now)


def reasons(verdict: Firing) -> list[tuple[int, str]]:
    return [(skip.count, skip.reason) for skip in verdict.skips]


@pytest.mark.parametrize("misfire", ["once", "all", "skip"])
def test_an_instant_found_in_time_fires_whatever_the_policy(misfire: str) -> None:
    verdict = late(misfire, by=0.2)
    assert (verdict.fires, verdict.skips) == ([EPOCH + timedelta(seconds=10)], [])


def test_once_fires_only_the_latest_of_several() -> None:
    verdict = late("once", by=9, several=5)
    assert verdict.fires == [EPOCH + timedelta(seconds=50)]
    assert reasons(verdict) == [(4, "misfire")]


def test_all_fires_each() -> None:
    verdict = late("all", by=9, several=5)
    assert (len(verdict.fires), verdict.skips) == (5, [])


@pytest.mark.parametrize(("by", "fires"), [(60, 1), (60.1, 0)])
def test_skip_leaves_out_what_is_more_than_a_minute_late(by: float, fires: int) -> None:
    first = EPOCH + timedelta(days=1)
    verdict = decide(Due(first, "skip", "allow"), Every(86_400), first + timedelta(seconds=by))
    assert len(verdict.fires) == fires
    assert reasons(verdict) == ([] if fires else [(1, "misfire")])


def test_an_instant_of_a_day_is_still_fired_once_hours_later() -> None:
    first = EPOCH + timedelta(days=1)
    assert decide(Due(first, "once", "skip"), Every(86_400), first + timedelta(hours=5)).fires == [first]


def test_while_one_lives_the_next_is_skipped_with_that_reason() -> None:
    verdict = late("once", by=1, several=3, overlap="skip", live=True)
    assert verdict.fires == []
    assert reasons(verdict) == [(2, "misfire"), (1, "overlap")]


def test_of_several_to_fire_at_once_only_the_first_does_unless_they_may_overlap() -> None:
    verdict = late("all", by=1, several=3, overlap="skip")
    assert verdict.fires == [EPOCH + timedelta(seconds=10)]
    assert reasons(verdict) == [(2, "overlap")]


def test_a_long_outage_is_accounted_for_in_pieces_and_once_fires_at_its_end_only() -> None:
    times, due = Every(1), EPOCH + timedelta(seconds=1)
    now = due + timedelta(seconds=2 * CHUNK + 9.5)
    fires, counted, pieces = [], 0, 0
    while due <= now:
        verdict = decide(Due(due, "once", "allow"), times, now)
        fires += verdict.fires
        counted += len(verdict.fires) + sum(skip.count for skip in verdict.skips)
        pieces += 1
        assert verdict.next_fire_at
        due = verdict.next_fire_at
    assert (fires, counted, pieces) == ([now - timedelta(seconds=0.5)], 2 * CHUNK + 10, 3)


@pytest.mark.parametrize(("end", "following"), [(25, None), (30, 30), (29.9, None)])
def test_the_next_instant_lies_within_the_end(end: float, following: int | None) -> None:
    found = next_within(Every(10), EPOCH + timedelta(seconds=20), EPOCH + timedelta(seconds=end))
    assert found == (None if following is None else EPOCH + timedelta(seconds=following))


def test_nothing_is_decided_beyond_the_end() -> None:
    times = Every(10)
    end = EPOCH + timedelta(seconds=35)
    verdict = decide(Due(EPOCH + times.step, "all", "allow", end), times, EPOCH + timedelta(seconds=100))
    assert (len(verdict.fires), verdict.next_fire_at) == (3, None)
