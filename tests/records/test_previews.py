"""Previews: what a schedule means beside the jobs that are there, and nothing is kept."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from belfry.ground.errors import Invalid
from belfry.records import calendars, db, executions, jobs, previews
from belfry.rules.calendars import Calendar, HolidayRule
from belfry.rules.definition import Definition
from factories import a_job, a_worker, dispatched, ended, run

SECOND = timedelta(seconds=1)
START = datetime(2027, 12, 20, 12, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("database")


async def preview(schedule: str, count: int = 5, start: datetime = START, **fields: Any) -> previews.Preview:
    definition = Definition(name="preview", command="preview", schedule=schedule, **fields)
    return await previews.preview(definition, start, count)


async def test_a_crowded_minute_is_named_with_a_quieter_one() -> None:
    now = await db.now()
    for number in range(previews.CROWD + 2):
        await a_job(now, id=f"job-{number}", schedule="0 2 * * *")
    (warning,) = (await preview("0 2 * * *", start=now)).warnings
    assert warning.startswith("12 other jobs also start at 02:00; 02:")
    quiet = warning.split()[-3]
    assert (await preview(f"{int(quiet[3:])} 2 * * *", start=now)).warnings == []
    own = await preview("0 2 * * *", start=now, id="job-0")
    assert own.warnings[0].startswith("11 other jobs")


async def test_a_few_jobs_in_a_minute_are_no_crowd() -> None:
    now = await db.now()
    for number in range(previews.CROWD - 1):
        await a_job(now, id=f"job-{number}", schedule="0 2 * * *")
    assert (await preview("0 2 * * *", start=now)).warnings == []


async def test_fires_closer_together_than_the_job_takes_are_warned_of() -> None:
    now = await db.now()
    job_id = await a_job(now)
    await a_worker(now)
    await run(job_id, now)
    ((worker, holding),) = (await dispatched(now)).values()
    await executions.finish([ended(worker, holding, duration_seconds=90)], now + 90 * SECOND)
    (warning,) = (await preview("every minute", start=now, id=job_id)).warnings
    assert warning == "fires every 1 min, but a run takes up to 1 min 30 s (p95 of the last 1)"
    assert (await preview("every 2 minutes", start=now, id=job_id)).warnings == []
    assert (await preview("every minute", start=now)).warnings == []


async def test_what_the_calendar_skips_or_moves_is_marked() -> None:
    await calendars.create(Calendar(id="de", name="Germany", holidays=(HolidayRule(country="DE"),)), START)
    skipped = await preview("0 9 25 12 *", 1, calendar="de")
    assert skipped.marks == ["skipped: Christmas Day"]
    moved = await preview("0 9 25 12 *", 1, calendar="de", calendar_shift="next")
    assert [f"{fire:%Y-%m-%d}" for fire in moved.fires] == ["2027-12-27"]
    assert moved.marks == ["moved from 2027-12-25: Christmas Day"]
    with pytest.raises(Invalid, match="there is no calendar"):
        await preview("0 9 25 12 *", calendar="at")


async def test_the_fires_of_a_job_are_those_it_will_really_have() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 minutes", jitter_seconds=5)
    later = now + 100 * SECOND
    found = await preview("every 7 minutes", 1, later, id=job_id)
    assert found.fires == [(await jobs.find(job_id))["next_fire_at"]]
    assert (await preview("every 7 minutes", 1, later)).fires == [later + 420 * SECOND]


@pytest.mark.parametrize("schedule", ["every 7 seconds", "0 3 29 2 *", "30 9 * * 1-5", "every other day at 9:00"])
async def test_as_many_fires_as_are_asked_for(schedule: str) -> None:
    found = await preview(schedule, 100)
    assert len(found.fires) == len(found.marks) == 100 if schedule != "0 3 29 2 *" else len(found.fires) > 10
    assert found.fires == sorted(set(found.fires))
    one_by_one = [START]
    while len(one_by_one) <= 10:
        one_by_one.append(found.schedule.next_fire(one_by_one[-1]) or START)
    assert found.fires[:10] == one_by_one[1:]


async def test_a_schedule_that_ends_has_only_the_fires_it_has() -> None:
    found = await preview("daily at 9:00 until 2027-12-23", 10)
    assert [fire.day for fire in found.fires] == [21, 22, 23]
    with pytest.raises(Invalid, match="end_at"):
        await preview("daily at 9:00", end_at=START + 60 * SECOND)
