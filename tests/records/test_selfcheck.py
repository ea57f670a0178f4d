"""The self-check repairs what should not be, and says so."""

import asyncio
from datetime import timedelta

import pytest

from belfry.records import db, executions, history, jobs, selfcheck, signals
from factories import a_job, a_worker, dispatched, ended, events, run

SECOND = timedelta(seconds=1)
pytestmark = pytest.mark.usefixtures("database")


async def test_where_all_is_well_nothing_is_found() -> None:
    now = await db.now()
    assert await selfcheck.latest() is None
    await a_job(now, schedule="every 7 seconds")
    await a_job(now, id="hand")
    await a_worker(now)
    await run("hand", now)
    await dispatched(now)
    assert (await selfcheck.check(now)).found == []
    assert await selfcheck.latest() == selfcheck.Found(now, [])


async def test_a_job_without_a_next_fire_goes_on_after_its_last_record() -> None:
    now = await db.now()
    await a_job(now, id="lost", schedule="every 7 seconds")
    await db.pool().execute("update jobs set next_fire_at = null")
    (sentence,) = (await selfcheck.check(now + 8 * SECOND)).found
    assert sentence.startswith("Job lost had no next fire: it fires next at ")
    assert (await jobs.find("lost"))["next_fire_at"] == now + 7 * SECOND
    assert (await events("job"))[-1] == "job.repaired"
    found = await selfcheck.latest()
    assert found and found.found == [sentence]


async def test_a_job_without_a_next_fire_and_without_any_left_is_completed() -> None:
    now = await db.now()
    await a_job(now, id="over", schedule="every 7 seconds", end_at=now + 10 * SECOND)
    await db.pool().execute("update jobs set next_fire_at = null, accounted_until = end_at")
    assert "is completed" in (await selfcheck.check(now + 20 * SECOND)).found[0]
    assert (await jobs.find("over"))["state"] == "completed"


async def test_a_job_that_cannot_be_read_is_paused_and_named() -> None:
    now = await db.now()
    await a_job(now, id="odd", schedule="every 7 seconds")
    await db.pool().execute("update jobs set next_fire_at = null, timezone = 'Europe/Atlantis'")
    assert "cannot be read" in (await selfcheck.check(now)).found[0]
    assert (await jobs.find("odd"))["state"] == "paused"
    assert (await selfcheck.check(now)).found == []


async def test_what_is_overdue_wakes_the_schedulers() -> None:
    now = await db.now()
    await a_job(now, schedule="every 7 seconds")
    alarm = signals.alarm("jobs")
    sleeping = asyncio.create_task(alarm.sleep(60))
    await asyncio.sleep(0)
    (sentence,) = (await selfcheck.check(now + 18 * SECOND)).found
    assert "1 jobs were overdue" in sentence
    async with asyncio.timeout(5):
        assert await sleeping


async def test_what_nobody_holds_goes_to_another_worker() -> None:
    now = await db.now()
    await a_worker(now)
    execution_id = await run(await a_job(now), now)
    ((worker, holding),) = (await dispatched(now)).values()
    await db.pool().execute("delete from workers")
    (sentence,) = (await selfcheck.check(now)).found
    assert sentence == f"Execution {execution_id} was held by {worker}, which is no worker: it goes to another."
    assert (await history.find(execution_id))["state"] == "queued"
    await executions.finish([ended(worker, holding)], now)
    assert (await history.find(execution_id))["state"] == "queued"
