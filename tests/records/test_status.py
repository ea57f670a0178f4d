"""The state of the whole: counts, lateness, problems, what is to come."""

from datetime import timedelta

import pytest

from belfry.loops import scheduler
from belfry.records import db, executions, jobs, status
from factories import a_job, a_worker, dispatched, ended, run

SECOND = timedelta(seconds=1)
pytestmark = pytest.mark.usefixtures("database")


async def test_jobs_and_executions_are_counted_by_state() -> None:
    now = await db.now()
    await a_worker(now, capacity=1)
    job_id = await a_job(now)
    await a_job(now, id="asleep", enabled=False)
    execution_id = await run(job_id, now)
    await run(job_id, now)
    await executions.finish([ended(*(await dispatched(now))[execution_id])], now)
    assert await status.count_jobs() == {"active": 1, "paused": 1}
    assert await status.executions(now) == {"queued": 1, "succeeded": 1}
    assert await status.executions(now + timedelta(days=2)) == {"queued": 1}


async def test_skips_that_are_folded_into_one_row_count_each() -> None:
    now = await db.now()
    await a_job(now, schedule="every 7 seconds")
    await scheduler.tick(now + 71 * SECOND)
    assert await status.executions(now + 71 * SECOND) == {"skipped": 9, "queued": 1}


async def test_lateness_is_measured_to_the_first_start() -> None:
    now = await db.now()
    assert await status.lateness(now) == {"p50": None, "p95": None, "p99": None}
    await a_worker(now)
    job_id = await a_job(now, schedule="every 7 seconds", retries=1)
    at = now + 7 * SECOND
    await scheduler.tick(at)
    for outcome, after in (("failed", 2), ("succeeded", 5)):
        given = await dispatched(at + after * SECOND)
        ends = [ended(*holder, outcome=outcome, duration_seconds=0) for holder in given.values()]
        await executions.finish(ends, at + after * SECOND)
    await run(job_id, at)
    assert await status.lateness(at) == {"p50": 2.0, "p95": 2.0, "p99": 2.0}


async def test_what_nobody_fires_or_can_do_is_a_problem() -> None:
    now = await db.now()
    assert await status.problems(now) == []
    await a_job(now, schedule="every 7 seconds")
    job_id = await a_job(now, id="other")
    await run(job_id, now)
    later = now + 20 * SECOND
    overdue, stuck = await status.problems(later)
    assert "1 jobs are overdue" in overdue
    assert "'echo'" in stuck
    await a_worker(later)
    await scheduler.tick(later)
    assert await status.problems(later) == []


async def test_what_is_to_come_is_foretold_in_order_and_ends_with_the_job() -> None:
    now = await db.now()
    await a_job(now, id="often", schedule="every 700 seconds")
    await a_job(now, id="ending", schedule="every 1700 seconds", end_at=now + 2000 * SECOND)
    await a_job(now, id="asleep", schedule="every 7 seconds", enabled=False)
    foreseen = await status.upcoming(now, 1)
    assert [(fire.job_id, (fire.at - now).seconds) for fire in foreseen] == [
        *(("often", 700), ("often", 1400), ("ending", 1700), ("often", 2100), ("often", 2800), ("often", 3500))
    ]


async def test_what_is_foretold_is_bounded() -> None:
    now = await db.now()
    await a_job(now, schedule="* * * * * *")
    assert len(await status.upcoming(now, 24)) == status.FORESEEN
    assert (await jobs.find("a-job"))["state"] == "active"
