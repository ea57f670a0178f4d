"""Things that tests need: jobs, workers and what they report, as real rows."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from belfry.author.builtins import registry
from belfry.author.link import MemoryLink, memory_link
from belfry.loops import dispatcher
from belfry.loops.sessions import Sessions
from belfry.records import db, fires, history, jobs, workers
from belfry.records.executions import Report
from belfry.rules.definition import Definition
from belfry.rules.lifecycle import RetryPolicy
from belfry.rules.wire import Assign, Finished, FromServer, FromWorker, Hello, Holding, Offer

LEASE = timedelta(seconds=15)
COMMANDS = ("echo", "sleep", "default")


async def a_job(now: datetime, **fields: Any) -> str:
    """A job's id; by hand unless a schedule is given."""
    await workers.offer(registry.offers(), now)
    retries = fields.pop("retries", None)
    if retries is not None:
        fields["retry_policy"] = RetryPolicy(type="FIXED", max_retries=retries, delay_ms=1000)
    given = {"name": "A job", "schedule": "manual", "command": "echo", "args": {"message": "hello"}} | fields
    return await jobs.create(Definition(**given), now)


async def a_worker(now: datetime, name: str = "worker-1", capacity: int = 5, **fields: Any) -> workers.Session:
    """A connected worker's session."""
    commands = [Offer(name=command) for command in fields.pop("commands", COMMANDS)]
    given = {"host": "host", "instance": f"{name}-instance", "commands": commands} | fields
    return await workers.join(Hello(name=name, capacity=capacity, **given), 1, LEASE, now)


async def run(job_id: str, now: datetime, **fields: Any) -> int:
    """The id of an execution of the job, run by hand."""
    return (await fires.run_now(job_id, fires.Run(**fields), None, now))[0]


async def dispatched(now: datetime) -> dict[int, tuple[str, Holding]]:
    """Dispatch what is ready; what is held then, by execution: the worker, and what proves it."""
    await dispatcher.tick(now)
    return await held()


async def held() -> dict[int, tuple[str, Holding]]:
    rows = await db.pool().fetch("select id, worker_id, attempt, fence from live_executions where fence is not null")
    return {
        row["id"]: (row["worker_id"], Holding(execution_id=row["id"], attempt=row["attempt"], fence=row["fence"]))
        for row in rows
    }


def ended(worker_id: str, holding: Holding, outcome: str = "succeeded", **fields: Any) -> Report[Finished]:
    """A worker's word that an attempt ended."""
    key = {name: getattr(holding, name) for name in ("execution_id", "attempt", "fence")}
    return Report(worker_id, Finished(**key, outcome=outcome, **fields))


@asynccontextmanager
async def away() -> AsyncGenerator[None]:
    """The database cannot be reached meanwhile."""
    closed = await asyncpg.create_pool(min_size=0)
    await closed.close()
    pool, db.engine.pool = db.engine.pool, closed
    try:
        yield
    finally:
        db.engine.pool = pool


async def states(job_id: str) -> list[str]:
    """The states of a job's executions in the order of their due instants."""
    rows, _, _ = await history.page(history.Filter(job=job_id, sort="due_at"), 0, 1000)
    return [row["state"] for row in rows]


async def events(kind: str = "") -> list[str]:
    """The types of all events so far that begin so, in order."""
    rows = await db.pool().fetch("select type from events where starts_with(type, $1) order by id", kind)
    return [row["type"] for row in rows]


class Hand:
    """A worker played by hand over a link in memory."""

    def __init__(self, sessions: Sessions, name: str = "worker-1", capacity: int = 5, instance: str = "one") -> None:
        self.hello = Hello(
            name=name,
            host="host",
            instance=instance,
            capacity=capacity,
            labels={"place": name.removeprefix("worker-")},
            commands=[Offer(name=command) for command in COMMANDS],
        )
        self.link: MemoryLink[FromWorker, FromServer]
        self.link, self.theirs = memory_link()

    async def say(self, **frame: Any) -> None:
        """Send a frame."""
        await self.link.send(FromWorker(**frame))

    async def greet(self, *holding: Holding) -> FromServer:
        """Say hello; the answer."""
        hello = Hello(
            **{name: getattr(self.hello, name) for name in self.hello.__struct_fields__} | {"holding": [*holding]}
        )
        await self.say(hello=hello)
        return await self.link.receive()

    async def assigned(self) -> list[Assign]:
        """The next assignments."""
        while not (frame := await self.link.receive()).assign:
            pass
        return frame.assign
