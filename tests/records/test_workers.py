"""Workers: sessions, leases, draining, and what they offer."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from belfry.ground.errors import Conflict, NotFound
from belfry.records import db, signals, workers
from factories import LEASE, a_job, a_worker, dispatched, events, held, run

SECOND = timedelta(seconds=1)
pytestmark = pytest.mark.usefixtures("database")


async def state_of(worker_id: str) -> str:
    return next(worker["state"] for worker in await workers.listing() if worker["id"] == worker_id)


async def test_a_second_instance_is_refused_only_while_first_lease_and_server_last(database: str) -> None:
    now = await db.now()
    await a_worker(now, instance="one")
    server = await asyncpg.connect(database)
    await server.execute("select pg_advisory_lock($1, 1)", signals.LIFE_LOCK)
    with pytest.raises(Conflict, match="another name"):
        await a_worker(now + LEASE - SECOND, instance="two")
    await a_worker(now + LEASE + SECOND, instance="two")
    await server.close()
    await a_worker(now + LEASE + SECOND, instance="three")


async def test_two_that_come_under_one_name_at_once_cannot_both_stay() -> None:
    now = await db.now()
    sessions = await asyncio.gather(*[a_worker(now, instance=instance) for instance in ("one", "two", "three")])
    standing = await asyncio.gather(*[workers.renew([session], LEASE, now) for session in sessions])
    assert sorted(map(len, standing)) == [0, 0, 1]


async def test_a_session_is_prolonged_only_while_it_is_the_latest_and_not_over() -> None:
    now = await db.now()
    old = await a_worker(now)
    new = await a_worker(now)
    assert await workers.renew([old], LEASE, now) == set()
    assert await workers.renew([new], LEASE, now) == {"worker-1"}
    await workers.expire(now + LEASE)
    assert await state_of("worker-1") == "online"
    await workers.expire(now + LEASE + SECOND)
    assert await state_of("worker-1") == "offline"
    assert await workers.renew([new], LEASE, now) == set()


async def test_an_old_session_that_ends_leaves_the_new_one_alone() -> None:
    now = await db.now()
    old = await a_worker(now)
    await a_worker(now)
    execution_id = await run(await a_job(now), now)
    await dispatched(now)
    await workers.leave(old, now, True)
    await workers.draining(old, now)
    assert await state_of("worker-1") == "online"
    assert set(await held()) == {execution_id}


async def test_a_drained_worker_is_still_drained_when_it_comes_back() -> None:
    now = await db.now()
    session = await a_worker(now)
    await workers.steer("worker-1", "drain", now)
    await workers.leave(session, now)
    assert await state_of("worker-1") == "offline"
    assert (await a_worker(now)).drained
    assert await state_of("worker-1") == "draining"
    await workers.steer("worker-1", "resume", now)
    assert await state_of("worker-1") == "online"
    assert await events("worker") == [
        *("worker.online", "worker.draining", "worker.offline", "worker.draining", "worker.online")
    ]


async def test_a_worker_that_drains_itself_is_fresh_when_it_comes_back() -> None:
    now = await db.now()
    session = await a_worker(now)
    await workers.draining(session, now)
    assert await state_of("worker-1") == "draining"
    assert not (await a_worker(now)).drained
    assert await state_of("worker-1") == "online"


async def test_a_capacity_that_was_set_holds_whatever_the_worker_says() -> None:
    now = await db.now()
    await a_worker(now, capacity=5)
    await workers.resize("worker-1", 1)
    await a_worker(now, capacity=9)
    job_id = await a_job(now)
    for _ in range(3):
        await run(job_id, now)
    assert len(await dispatched(now)) == 1
    assert (await workers.listing())[0]["capacity"] == 1


async def test_a_worker_that_nobody_knows_is_named() -> None:
    with pytest.raises(NotFound, match="nobody"):
        await workers.steer("nobody", "drain", await db.now())
    with pytest.raises(NotFound, match="nobody"):
        await workers.resize("nobody", 3)


async def test_commands_name_the_workers_that_offer_them_now() -> None:
    now = await db.now()
    await a_worker(now, "one", commands=["echo"])
    session = await a_worker(now, "two", commands=["echo", "sleep"])
    await workers.leave(session, now)
    offered = {row["name"]: row["workers"] for row in await workers.commands()}
    assert offered == {"echo": ["one"], "sleep": []}


async def test_many_workers_that_come_with_the_same_commands_at_once_block_nobody() -> None:
    now = await db.now()
    names = [f"worker-{number}" for number in range(40)]
    orders = (["echo", "sleep", "default"], ["default", "sleep", "echo"])
    await asyncio.gather(*[a_worker(now, name, commands=orders[len(name) % 2]) for name in names])
    assert {worker["id"] for worker in await workers.listing()} == set(names)
