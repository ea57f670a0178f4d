"""Wake-ups within a process and between servers."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest

from belfry.ground.clock import Alarm
from belfry.records import db, servers, signals


@pytest.fixture
async def carrying(database: str) -> AsyncIterator[asyncio.Task[float]]:
    """The carrier of server 7, connected."""
    connected = asyncio.Event()
    task = asyncio.create_task(signals.carry(database, 7, connected))
    await connected.wait()
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def woken(alarm: Alarm) -> bool:
    return await alarm.sleep(10)


async def silent(alarm: Alarm) -> bool:
    return not await alarm.sleep(0)


async def test_a_ring_wakes_only_who_sleeps_under_its_topic(database: str) -> None:
    jobs, queue = signals.alarm("jobs"), signals.alarm("queue", "workers")
    db.ring("workers")
    assert await woken(queue)
    assert await silent(jobs)


async def test_what_is_rung_in_a_transaction_sounds_only_after_its_commit(database: str) -> None:
    alarm = signals.alarm("jobs")
    async with db.transaction():
        db.ring("jobs")
        assert await silent(alarm)
    assert await woken(alarm)


async def test_what_is_rung_in_a_transaction_that_fails_never_sounds(database: str) -> None:
    alarm = signals.alarm("jobs")
    with pytest.raises(ZeroDivisionError):
        async with db.transaction():
            db.ring("jobs")
            raise ZeroDivisionError
    assert await silent(alarm)


async def test_another_server_hears_what_is_rung_here(carrying: asyncio.Task[float], database: str) -> None:
    other = await asyncpg.connect(database)
    heard: asyncio.Queue[str] = asyncio.Queue()
    await other.add_listener(signals.CHANNEL, lambda *said: heard.put_nowait(said[-1]))
    signals.ring("jobs", "events")
    assert set((await heard.get()).split(",")) >= {"jobs", "events"}
    await other.close()


async def test_this_server_hears_what_another_rings(carrying: asyncio.Task[float], database: str) -> None:
    alarm = signals.alarm("queue")
    other = await asyncpg.connect(database)
    await other.execute("select pg_notify($1, 'jobs,queue')", signals.CHANNEL)
    assert await woken(alarm)
    await other.close()


async def test_a_server_lives_as_long_as_its_connection(carrying: asyncio.Task[float], database: str) -> None:
    now = await db.now()
    numbers = [await servers.register("host", 1, "1", now) for _ in range(7)]
    assert [server["id"] for server in await servers.listing()] == [7] == numbers[6:]
    await servers.see(7, now, 0.5, 0.1)
    assert (await servers.listing())[0]["tick_lag_seconds"] == 0.1
    own = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'belfry signals'"
    await db.pool().execute(own + " and datname = current_database()")
    assert await carrying == signals.RECONNECT_SECONDS
    assert await servers.listing() == []


async def test_when_the_connection_is_new_everybody_looks(database: str) -> None:
    alarm = signals.alarm("whatever")
    connected = asyncio.Event()
    task = asyncio.create_task(signals.carry(database, 8, connected))
    assert await woken(alarm)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert not connected.is_set()


async def test_a_server_unseen_for_a_day_is_forgotten(database: str) -> None:
    now = await db.now()
    old = await servers.register("host", 1, "1", now - timedelta(days=2))
    new = await servers.register("host", 2, "1", now)
    known = [row["id"] for row in await db.pool().fetch("select id from servers")]
    assert known == [new] != [old]
