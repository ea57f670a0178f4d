"""The scheduler's loop: when it looks again, and what does not stop it."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from belfry.ground.clock import Alarm
from belfry.loops import scheduler
from belfry.loops.scheduler import LOOK_AGAIN_SECONDS, PASSED_OVER_SECONDS, Scheduler
from belfry.records import db, jobs, signals
from factories import a_job, states

SECOND = timedelta(seconds=1)
pytestmark = pytest.mark.usefixtures("database")


async def test_it_sleeps_until_the_next_instant() -> None:
    await a_job(await db.now(), schedule="every 7 seconds")
    assert 6 < await Scheduler().turn() <= 7


async def test_without_jobs_it_looks_again_by_itself() -> None:
    assert await Scheduler().turn() == LOOK_AGAIN_SECONDS


async def test_a_new_job_wakes_it_at_once() -> None:
    turning = Scheduler()
    sleeping = asyncio.create_task(turning.alarm.sleep(60))
    await asyncio.sleep(0)
    await a_job(await db.now(), schedule="every 7 seconds")
    assert await sleeping


async def test_it_says_how_late_it_began() -> None:
    turning = Scheduler()
    await a_job(await db.now(), schedule="every second")
    pause = await turning.turn()
    assert turning.lag_seconds is None
    turning.alarm = Alarm()
    await turning.alarm.sleep(pause)
    await turning.turn()
    assert turning.lag_seconds is not None and 0 <= turning.lag_seconds < 1


async def test_a_due_job_that_somebody_edits_is_passed_over_without_a_rush(database: str) -> None:
    now = await db.now()
    job_id = await a_job(now - 20 * SECOND, schedule="every 7 seconds")
    edit = await asyncpg.connect(database)
    await edit.execute("begin")
    await edit.execute("select from jobs for no key update")
    assert await Scheduler().turn() == PASSED_OVER_SECONDS
    await edit.close()
    await Scheduler().turn()
    assert await states(job_id) == ["skipped", "queued"]


async def test_a_job_deleted_while_its_pause_ends_stops_nobody(database: str) -> None:
    now = await db.now()
    gone = await a_job(now, id="gone", schedule="every 7 seconds")
    other = await a_job(now, id="other", schedule="every 7 seconds")
    await jobs.switch(gone, "pause", now, None, now + SECOND)
    deletion = await asyncpg.connect(database)
    await deletion.execute("begin")
    await deletion.execute("delete from jobs where id = $1", gone)
    ticking = asyncio.create_task(scheduler.tick(now + 7 * SECOND))
    await asyncio.wait({ticking}, timeout=0.2)
    await deletion.execute("commit")
    await deletion.close()
    assert await ticking == 1
    assert await states(other) == ["queued"]


async def test_servers_wake_each_other(database: str) -> None:
    connected = asyncio.Event()
    carrying = asyncio.create_task(signals.carry(database, 1, connected))
    await connected.wait()
    turning = Scheduler()
    other = await asyncpg.connect(database)
    await other.execute("select pg_notify($1, 'queue,jobs')", signals.CHANNEL)
    async with asyncio.timeout(10):
        assert await turning.alarm.sleep(60)
    carrying.cancel()
    await asyncio.gather(carrying, return_exceptions=True)
    await other.close()
