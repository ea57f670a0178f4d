"""A simulation plays what the scheduler and the dispatcher would do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belfry.rules.calendars import Calendar, DateEntry
from belfry.rules.schedules import parse
from belfry.rules.simulation import Planned, count, simulate
from belfry.rules.timing import Kept, Timing

START = datetime(2027, 1, 1, tzinfo=UTC)
DAY = START + timedelta(days=1)


def planned(job_id: str, schedule: str, seconds: float = 1, **policies: Any) -> Planned:
    kept = policies.pop("kept", None)
    return Planned(job_id, Timing(parse(schedule, anchor=START), kept=kept), seconds, **policies)


def test_one_job_fires_in_its_hours_and_waits_for_nothing() -> None:
    played = simulate([planned("job", "30 6,18 * * *", 60)], 1, START, DAY)
    assert [(hour.at.hour, hour.fires, hour.peak_running) for hour in played.hours if hour.fires] == [
        (6, 1, 1),
        (18, 1, 1),
    ]
    assert len(played.hours) == 24
    assert (played.jobs[0].fires, played.jobs[0].skipped, played.jobs[0].longest_wait_seconds) == (2, {}, 0)


def test_what_takes_longer_than_its_interval_is_skipped_as_overlap() -> None:
    played = simulate([planned("job", "*/10 * * * *", 1500)], 5, START, START + timedelta(hours=1))
    assert (played.jobs[0].fires, played.jobs[0].skipped) == (2, {"overlap": 4})
    allowed = simulate([planned("job", "*/10 * * * *", 1500, overlap="allow", most=2)], 5, START, DAY)
    assert max(hour.peak_running for hour in allowed.hours) == 2


def test_more_than_the_slots_waits_and_the_urgent_goes_first() -> None:
    jobs = [planned(f"low-{n}", "0 3 * * *", 600, priority=3) for n in range(3)]
    jobs.append(planned("high", "1 3 * * *", 600, priority=1))
    played = simulate(jobs, 1, START, DAY)
    waits = {job.job_id: job.longest_wait_seconds for job in played.jobs}
    assert waits == {"low-0": 0, "high": 540, "low-1": 1200, "low-2": 1800}
    hour = played.hours[3]
    assert (hour.fires, hour.peak_running, hour.peak_queued, hour.longest_wait_seconds) == (4, 1, 3, 1800)


def test_what_the_calendar_excludes_is_skipped() -> None:
    closed = Kept(Calendar(name="Closed", dates=(DateEntry(date="2027-01-01"),)))
    played = simulate([planned("job", "0 * * * *", kept=closed)], 1, START, START + timedelta(days=2))
    assert (played.jobs[0].fires, played.jobs[0].skipped) == (25, {"calendar": 23})


def test_without_slots_everything_waits() -> None:
    played = simulate([planned("job", "0 * * * *", overlap="allow")], 0, START, DAY)
    assert (played.jobs[0].fires, played.hours[-1].peak_queued, played.hours[-1].peak_running) == (24, 24, 0)


SCHEDULES = st.sampled_from(["*/7 * * * *", "*/20 * * * *", "0 */2 * * *", "every 11 minutes", "30 5 * * *"])
JOBS = st.lists(
    st.tuples(SCHEDULES, st.integers(1, 3000), st.integers(1, 3), st.sampled_from(["skip", "queue", "allow"])),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(JOBS, st.integers(1, 4))
def test_every_instant_fires_or_is_skipped_and_no_slot_is_taken_twice(
    drawn: list[tuple[str, int, int, str]], capacity: int
) -> None:
    jobs = [
        planned(f"job-{n}", schedule, seconds, priority=priority, overlap=overlap)
        for n, (schedule, seconds, priority, overlap) in enumerate(drawn)
    ]
    played = simulate(jobs, capacity, START, DAY)
    for job, load in zip(jobs, played.jobs, strict=True):
        assert load.fires + sum(load.skipped.values()) == job.timing.count_between(START, DAY)
    assert count(jobs, START, DAY) == sum(hour.fires + hour.skips for hour in played.hours)
    assert max(hour.peak_running for hour in played.hours) <= capacity
    assert max(hour.longest_wait_seconds for hour in played.hours) == max(
        load.longest_wait_seconds for load in played.jobs
    )


@pytest.mark.parametrize(
    ("overlap", "peak", "fires", "skipped"),
    [("skip", 1, 40, 19), ("queue", 1, 40, 19), ("cancel", 1, 59, 0), ("allow", 2, 59, 0)],
)
def test_overlaps_are_played_as_the_policies_have_them(overlap: str, peak: int, fires: int, skipped: int) -> None:
    """Every minute from 00:01 to 00:59; a run takes one and a half."""
    end = START + timedelta(minutes=59)
    played = simulate([planned("job", "* * * * *", 90, overlap=overlap)], 29, START, end)
    (load,) = played.jobs
    assert max(hour.peak_running for hour in played.hours) == peak
    if overlap in ("cancel", "allow"):
        assert (load.fires, sum(load.skipped.values())) == (fires, skipped)
    else:
        assert load.fires + sum(load.skipped.values()) == 59
    assert (load.longest_wait_seconds > 0) == (overlap == "queue")


def test_on_an_idle_pool_nothing_waits_and_before_the_first_fire_nothing_runs() -> None:
    played = simulate([planned("job", "0 3 * * *", 60)], 29, START, DAY)
    assert [(hour.peak_running, hour.peak_queued) for hour in played.hours[:5]] == [(0, 0)] * 3 + [(1, 0), (0, 0)]


def test_a_job_of_so_many_runs_ends_in_the_play_too() -> None:
    assert simulate([planned("job", "0 * * * *", runs_left=3)], 1, START, DAY).jobs[0].fires == 3
