"""Everything at once on one database, and what must hold afterwards."""

import asyncio
from datetime import datetime, timedelta

import pytest

from belfry.loops import dispatcher, scheduler
from belfry.loops.sessions import Arrived, Batch
from belfry.records import db, executions, jobs, workers
from belfry.rules.wire import Finished, FromWorker, Started
from factories import a_job, a_worker, dispatched, ended, held, run

SECOND = timedelta(seconds=1)
POOL = (("worker-1", 5), ("worker-2", 8), ("worker-3", 10), ("worker-4", 6))
JOBS = [f"job-{number}" for number in range(6)]
TICKS = 40
pytestmark = pytest.mark.usefixtures("database")


class Storm:
    """Its clock runs in steps of seven seconds while everybody else does what they can."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.raging = True

    async def fire(self) -> None:
        for _ in range(TICKS):
            self.now += 7 * SECOND
            await scheduler.tick(self.now)
        self.raging = False

    async def work(self, outcome: str, every: int) -> None:
        while self.raging:
            await dispatcher.tick(self.now)
            mine = list((await held()).values())[::every]
            async with db.transaction():
                await executions.speak_for(worker_id for worker_id, _ in mine)
                await executions.finish([ended(*holder, outcome=outcome, error="x") for holder in mine], self.now)

    async def lose(self) -> None:
        while self.raging:
            for name, _ in POOL:
                await executions.lose(self.now, name)

    async def cancel(self) -> None:
        while self.raging:
            for execution_id in list(await held())[::3]:
                await executions.cancel(execution_id, "storm", self.now)

    async def settle(self) -> None:
        """Let the rest come to its end."""
        while True:
            self.now += 60 * SECOND
            given = await dispatched(self.now)
            if not given:
                return
            await executions.finish([ended(*holder) for holder in given.values()], self.now)


async def test_a_storm_of_everything_at_once_loses_and_doubles_nothing() -> None:
    now = await db.now()
    sessions = [await a_worker(now, name, capacity) for name, capacity in POOL]
    await workers.renew(sessions, timedelta(days=1), now)
    for job_id in JOBS:
        await a_job(now, id=job_id, retries=2, schedule="every 7 seconds", overlap="allow", misfire="all")
    await a_job(now, id="after", dependencies=["job-0", "job-1"])

    storm = Storm(now)
    await asyncio.gather(
        storm.fire(), storm.work("succeeded", 1), storm.work("failed", 2), storm.lose(), storm.cancel()
    )
    await storm.settle()

    assert await db.pool().fetchval("select count(*) from live_executions") == 0
    rows = await db.pool().fetch(
        "select job_id, count(*) as kept, count(distinct due_at) as instants from executions"
        " where trigger = 'schedule' group by job_id"
    )
    assert {row["job_id"]: (row["kept"], row["instants"]) for row in rows} == dict.fromkeys(JOBS, (TICKS, TICKS))
    ends = await db.pool().fetch(
        "select execution_id from events"
        " where type in ('execution.succeeded', 'execution.failed', 'execution.cancelled', 'execution.skipped')"
    )
    assert sorted(row["execution_id"] for row in ends) == sorted(
        row["id"] for row in await db.pool().fetch("select id from past_executions")
    )


async def test_a_job_is_deleted_while_it_starts_ends_and_is_given_away_and_nobody_is_blocked() -> None:
    now = await db.now()
    session = await a_worker(now, capacity=1000)
    for turn in range(12):
        job_id = await a_job(now, id=f"job-{turn}")
        for _ in range(40):
            await run(job_id, now)
        given = [holding for _, holding in sorted((await dispatched(now)).items())]
        for _ in range(40):
            await run(job_id, now)
        keys = [(held.execution_id, held.attempt, held.fence) for _, held in given]
        frame = FromWorker(started=[Started(*key) for key in keys[20:]], finished=[Finished(*key) for key in keys[:20]])
        await asyncio.gather(
            Batch([Arrived(0, session, frame)]).record(now), dispatcher.tick(now), jobs.delete(job_id, now)
        )
        left = await db.pool().fetch("select * from live_executions where job_id = $1", job_id)
        assert all(row["cancel_requested"] for row in left)
        await executions.lose(now, "worker-1")
        assert await db.pool().fetchval("select count(*) from past_executions where job_id = $1", job_id) == 80
