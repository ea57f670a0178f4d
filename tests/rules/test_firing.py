"""Every due instant is accounted for exactly once, whatever the policies."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.rules.firing import CHUNK, PACE_SECONDS, Due, Firing, decide, jittered

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Every:
    """Instants at a fixed distance; those at which a minute divisible by `closed` begins are excluded."""

    def __init__(self, seconds: int, closed: int = 0) -> None:
        self.step = timedelta(seconds=seconds)
        self.closed = closed

    def next_fire(self, after: datetime) -> datetime | None:
        return EPOCH + self.step * ((after - EPOCH) // self.step + 1)

    def fires_between(self, start: datetime, end: datetime, limit: int) -> list[datetime]:
        found: list[datetime] = []
        fire = self.next_fire(start)
        while fire and fire <= end and len(found) < limit:
            found.append(fire)
            fire = self.next_fire(fire)
        return found

    def count_between(self, start: datetime, end: datetime) -> int:
        return max((end - EPOCH) // self.step - (start - EPOCH) // self.step, 0)

    def last_fire(self, start: datetime, end: datetime) -> datetime | None:
        last = EPOCH + self.step * ((end - EPOCH) // self.step)
        return last if last > start else None

    def excluded(self, instant: datetime) -> str | None:
        return "closed" if self.closed and (instant - EPOCH) // self.step % self.closed == 0 else None


class Until(Every):
    """Instants that end."""

    def __init__(self, seconds: int, end: datetime) -> None:
        super().__init__(seconds)
        self.end = end

    def next_fire(self, after: datetime) -> datetime | None:
        following = super().next_fire(after)
        return following if following and following <= self.end else None


POLICIES = st.tuples(
    st.sampled_from(["once", "all", "skip"]), st.sampled_from(["skip", "queue", "allow", "cancel"]), st.integers(0, 3)
)


@given(
    st.tuples(st.integers(1, 3600), st.sampled_from([0, 1, 3, 7])),
    st.integers(0, 3 * CHUNK),
    st.one_of(st.none(), st.integers(0, 3 * CHUNK)),
    POLICIES,
)
def test_instants_are_fired_or_skipped_without_a_gap(
    rhythm: tuple[int, int], missed: int, paused: int | None, policies: tuple[str, str, int]
) -> None:
    seconds, closed = rhythm
    misfire, overlap, live = policies
    times = Every(seconds, closed)
    first = EPOCH + times.step
    now = first + times.step * missed + times.step / 2
    until = None if paused is None else min(first + times.step * paused, now)
    due = Due("job", first, until, misfire, overlap=overlap, live=live)
    verdict = decide(due, times, now)
    spans = [(fire.due_at, fire.due_at, 1) for fire in verdict.fires]
    spans += [(skip.first, skip.last, skip.count) for skip in verdict.skips]
    expected = first
    for start, end, count in sorted(spans):
        assert start == expected
        assert end == start + times.step * (count - 1)
        expected = end + times.step
    assert verdict.next_fire_at == expected
    assert verdict.last == expected - times.step
    assert sum(count for _, _, count in spans) == missed + 1
    for skip, after in pairwise(verdict.skips):
        assert skip.reason != after.reason or skip.last + times.step < after.first
    assert all(fire.ready_at >= fire.due_at for fire in verdict.fires)
    assert not any(times.excluded(fire.due_at) or (until and fire.due_at <= until) for fire in verdict.fires)
    most = {"skip": 1 - live, "queue": 2 - live, "cancel": 1, "allow": CHUNK}[overlap]
    assert len(verdict.fires) <= max(most, 0)


def late(misfire: str, by: float, several: int = 1, **facts: Any) -> Firing:
    """The verdict on so many instants, ten seconds apart, of which the latest is late by so many seconds."""
    times = facts.pop("times", Every(10))
    first = EPOCH + times.step
    now = first + times.step * (several - 1) + timedelta(seconds=by)
    return decide(Due("job", first, misfire=misfire, **{"overlap": "allow"} | facts), times, now)


def fired(verdict: Firing) -> list[float]:
    """The seconds after the epoch that fire."""
    return [(fire.due_at - EPOCH).total_seconds() for fire in verdict.fires]


def reasons(verdict: Firing) -> list[tuple[int, str]]:
    return [(skip.count, skip.reason) for skip in verdict.skips]


@pytest.mark.parametrize("misfire", ["once", "all", "skip"])
def test_an_instant_found_in_time_fires_whatever_the_policy(misfire: str) -> None:
    verdict = late(misfire, by=0.2)
    assert (fired(verdict), verdict.skips) == ([10], [])
    assert verdict.fires[0].stands_for is None


def test_once_fires_only_the_latest_of_several_and_tells_for_how_many_it_stands() -> None:
    verdict = late("once", by=9, several=5)
    assert fired(verdict) == [50]
    assert reasons(verdict) == [(4, "misfire")]
    assert verdict.fires[0].stands_for == 5


def test_all_fires_each_one_after_the_other() -> None:
    verdict = late("all", by=9, several=5)
    assert (fired(verdict), verdict.skips) == ([10, 20, 30, 40, 50], [])
    now = EPOCH + 59 * SECOND
    assert [fire.ready_at for fire in verdict.fires] == [
        EPOCH + 10 * SECOND,
        *[now + place * PACE_SECONDS * SECOND for place in range(1, 5)],
    ]


def test_all_is_bounded_to_the_latest() -> None:
    verdict = late("all", by=9, several=5, misfire_limit=2)
    assert fired(verdict) == [40, 50]
    assert reasons(verdict) == [(3, "misfire")]


@pytest.mark.parametrize(("by", "fires"), [(60, 1), (60.1, 0)])
def test_skip_leaves_out_what_is_more_than_a_minute_late(by: float, fires: int) -> None:
    first = EPOCH + timedelta(days=1)
    verdict = decide(Due("job", first, misfire="skip"), Every(86_400), first + timedelta(seconds=by))
    assert len(verdict.fires) == fires
    assert reasons(verdict) == ([] if fires else [(1, "misfire")])


def test_an_instant_of_a_day_is_still_fired_once_hours_later() -> None:
    first = EPOCH + timedelta(days=1)
    assert fired(decide(Due("job", first), Every(86_400), first + timedelta(hours=5))) == [86_400]


def test_while_one_lives_the_next_is_skipped_with_that_reason() -> None:
    verdict = late("once", by=1, several=3, overlap="skip", live=1)
    assert verdict.fires == []
    assert reasons(verdict) == [(2, "misfire"), (1, "overlap")]


def test_of_several_to_fire_at_once_only_the_first_does_unless_they_may_overlap() -> None:
    verdict = late("all", by=1, several=3, overlap="skip")
    assert fired(verdict) == [10]
    assert reasons(verdict) == [(2, "overlap")]


@pytest.mark.parametrize(("live", "waits", "skipped"), [(0, [False, True], 1), (1, [True], 2), (2, [], 3)])
def test_one_may_wait_in_the_queue_behind_the_one_that_lives(live: int, waits: list[bool], skipped: int) -> None:
    verdict = late("all", by=1, several=3, overlap="queue", live=live)
    assert [fire.waits for fire in verdict.fires] == waits
    assert reasons(verdict) == [(skipped, "overlap")]


@pytest.mark.parametrize("live", [0, 2])
def test_the_latest_replaces_those_that_live(live: int) -> None:
    verdict = late("all", by=1, several=3, overlap="cancel", live=live)
    assert [(fire.due_at, fire.waits) for fire in verdict.fires] == [(EPOCH + 30 * SECOND, live > 0)]
    assert reasons(verdict) == [(2, "overlap")]


@pytest.mark.parametrize(("live", "fires"), [(0, 2), (1, 1), (2, 0), (9, 0)])
def test_so_many_may_overlap_as_there_is_room_for(live: int, fires: int) -> None:
    assert len(late("all", by=1, several=3, room=2, live=live).fires) == fires


def test_what_the_calendar_excludes_is_skipped_with_that_reason_and_is_no_misfire() -> None:
    verdict = late("once", by=1, several=7, times=Every(10, closed=3))
    assert fired(verdict) == [70]
    assert reasons(verdict) == [(2, "misfire"), (1, "calendar"), (2, "misfire"), (1, "calendar")]
    assert verdict.fires[0].stands_for == 5


def test_after_the_end_of_a_pause_nothing_of_it_is_made_up_for() -> None:
    verdict = late("all", by=1, several=5, paused_until=EPOCH + 35 * SECOND)
    assert fired(verdict) == [40, 50]
    assert reasons(verdict) == [(3, "paused")]


def test_a_pause_that_lasts_skips_all_that_is_due() -> None:
    verdict = late("once", by=1, several=5, paused_until=EPOCH + 51 * SECOND)
    assert (fired(verdict), reasons(verdict)) == ([], [(5, "paused")])
    assert verdict.next_fire_at == EPOCH + 60 * SECOND


def test_a_job_of_so_many_runs_ends_with_the_last_of_them() -> None:
    verdict = late("all", by=1, several=5, runs_left=2)
    assert (fired(verdict), verdict.skips, verdict.next_fire_at) == ([10, 20], [], None)
    assert late("all", by=1, several=2, runs_left=3).next_fire_at == EPOCH + 30 * SECOND


def test_a_long_outage_is_one_skip_and_the_latest_instant() -> None:
    times, due = Every(1), EPOCH + SECOND
    now = EPOCH + timedelta(days=365) + SECOND / 2
    verdict = decide(Due("job", due, overlap="allow"), times, now)
    assert fired(verdict) == [365 * 86_400]
    assert sum(skip.count for skip in verdict.skips) == 365 * 86_400 - 1
    assert {skip.reason for skip in verdict.skips} == {"misfire"}
    assert verdict.fires[0].stands_for == 365 * 86_400


def test_a_schedule_that_ends_has_no_next_instant() -> None:
    times = Until(10, EPOCH + 35 * SECOND)
    verdict = decide(Due("job", EPOCH + times.step, misfire="all", overlap="allow"), times, EPOCH + 100 * SECOND)
    assert (len(verdict.fires), verdict.next_fire_at) == (3, None)


@given(st.text(max_size=20), st.integers(0, 10**9), st.floats(0.001, 86_400))
def test_jitter_is_the_same_for_one_job_and_instant_and_within_its_bound(job: str, after: int, most: float) -> None:
    instant = EPOCH + after * SECOND
    assert jittered(job, instant, most) == jittered(job, instant, most)
    assert 0 <= jittered(job, instant, most) <= most


def test_jitter_spreads_jobs_and_instants() -> None:
    spread = [jittered(f"job-{n % 10}", EPOCH + n * SECOND, 100) for n in range(1000)]
    assert len({round(seconds) for seconds in spread}) > 90
    verdict = late("once", by=0.2, jitter_seconds=30)
    delay = verdict.fires[0].jitter_seconds
    assert delay and verdict.fires[0].ready_at == EPOCH + timedelta(seconds=10 + delay)
