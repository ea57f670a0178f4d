"""Everything at once on one database, and what must hold afterwards."""

import asyncio
from datetime import datetime, timedelta

import pytest

from belfry.loops import dispatcher, scheduler
from belfry.records import db, executions, workers
from factories import a_job, a_worker, dispatched, ended, held

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
