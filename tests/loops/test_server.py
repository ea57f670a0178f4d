"""Whole servers over one database, with real workers over links in memory."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from datetime import timedelta

import asyncpg

from belfry.author.builtins import registry
from belfry.author.link import WorkerLink, memory_link
from belfry.author.worker import Worker
from belfry.ground.settings import PoolWorker, Settings
from belfry.loops.pool import pool
from belfry.loops.server import Server, running
from belfry.records import db, events, fires, history, servers, signals, workers
from belfry.records.events import Event
from factories import a_job, states

SECOND = timedelta(seconds=1)
SETTINGS = Settings()
FINAL = {"execution.succeeded", "execution.failed", "execution.cancelled", "execution.skipped"}


async def until(server: Server, seen: Callable[[Event], bool], act: Callable[[], Awaitable[object]]) -> list[Event]:
    """Do this, and follow the feed until an event of that kind; all from before the deed until then."""
    _, newest = await events.span()
    await act()
    found: list[Event] = []
    async with asyncio.timeout(20), aclosing(server.feed.follow(lambda _: True, newest)) as batches:
        async for batch in batches:
            found += batch
            if any(map(seen, batch)):
                break
    return found


def final(event: Event) -> bool:
    return event.type in FINAL


@asynccontextmanager
async def a_pool(server: Server, *names: str) -> AsyncIterator[None]:
    joined = signals.alarm("workers")
    async with pool([PoolWorker(name, "host", 5) for name in names], server.sessions, 1):
        while len([worker for worker in await workers.listing() if worker["state"] == "online"]) < len(names):
            await joined.sleep(1)
        yield


async def test_a_job_goes_the_whole_way(database: str) -> None:
    async with running(SETTINGS, database) as server, a_pool(server, "one"):
        job_id = await a_job(await db.now(), schedule="every second", end_at=await db.now() + 1.5 * SECOND)
        told = [event.type for event in await until(server, final, lambda: asyncio.sleep(0))]
        assert [kind for kind in told if kind != "execution.log"] == [
            "execution.queued",
            "execution.assigned",
            "execution.running",
            "execution.succeeded",
        ]
        assert (await states(job_id))[0] == "succeeded"
        assert server.problems() == []


async def test_two_servers_share_one_database(database: str) -> None:
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(running(SETTINGS, database))
        two = await stack.enter_async_context(running(SETTINGS, database))
        assert [server["id"] for server in await servers.listing()] == [one.id, two.id]
        await stack.enter_async_context(a_pool(two, "worker-1"))
        job_id = await a_job(await db.now())
        told = await until(one, final, lambda: run(job_id))
        assert told[-1].worker_id == "worker-1"
    assert await servers.listing() == []


async def run(job_id: str) -> int:
    return (await fires.run_now(job_id, fires.Run(), None, await db.now()))[0]


async def test_a_name_that_lives_on_one_server_is_refused_by_another(database: str) -> None:
    async with (
        running(SETTINGS, database) as one,
        running(SETTINGS, database) as two,
        a_pool(one, "worker-1"),
    ):
        mine, theirs = memory_link()
        stranger = Worker("worker-1", "elsewhere", 1, registry, {})
        answered = asyncio.Event()

        async def dial() -> WorkerLink:
            answered.set()
            return mine

        serving = asyncio.create_task(two.sessions.serve(theirs))
        working = asyncio.create_task(stranger.run(dial))
        await serving
        assert [worker["host"] for worker in await workers.listing()] == ["host"]
        await stranger.drain(1)
        await working


async def test_a_server_that_stops_hands_back_what_does_not_end_in_time(database: str) -> None:
    async with running(SETTINGS, database) as server:
        async with a_pool(server, "one"):
            job_id = await a_job(await db.now(), command="sleep", args={"seconds": 3600})
            await until(server, lambda event: event.type == "execution.running", lambda: run(job_id))
        assert await states(job_id) == ["queued"]
        assert (await workers.listing())[0]["state"] == "offline"


async def test_work_survives_that_every_connection_to_the_database_breaks(database: str, postgres_url: str) -> None:
    name = database.rsplit("/", 1)[1]
    killer = await asyncpg.connect(postgres_url)
    async with running(SETTINGS, database) as server, a_pool(server, "one"):
        job_id = await a_job(await db.now(), command="sleep", args={"seconds": 1.2})
        await until(server, lambda event: event.type == "execution.running", lambda: run(job_id))
        await killer.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name)
        told = signals.alarm("events")
        async with asyncio.timeout(15):
            while await looked(job_id) != ["succeeded"]:
                await told.sleep(1)
        rows, _, _ = await history.page(history.Filter(job=job_id), 0, 10)
        assert rows[0]["attempt"] == 1
        async with asyncio.timeout(15):
            while server.problems():
                await told.sleep(0.1)
    await killer.close()


async def looked(job_id: str) -> list[str]:
    try:
        return await states(job_id)
    except (*db.UNREACHABLE, asyncpg.PostgresError):
        return []
