"""The dispatcher's loops: when they look again, and how they come back after an outage."""

from datetime import timedelta

import pytest

from belfry.loops import dispatcher
from belfry.loops.dispatcher import LOOK_AGAIN_SECONDS, RECOVERY_SECONDS, Sweeper
from belfry.records import db, executions, history, workers
from factories import LEASE, a_job, a_worker, dispatched, ended, run, states

pytestmark = pytest.mark.usefixtures("database")


async def test_a_retry_is_given_away_when_its_delay_is_over() -> None:
    now = await db.now()
    await a_worker(now)
    execution_id = await run(await a_job(now, retries=1), now)
    holder = (await dispatched(now))[execution_id]
    await executions.finish([ended(*holder, outcome="failed", retry_in_seconds=0.5)], now)
    assert 0 < await dispatcher.turn() <= 0.5


async def test_without_anything_to_wait_for_it_looks_again_by_itself() -> None:
    assert await dispatcher.turn() == LOOK_AGAIN_SECONDS


async def test_the_first_sweep_lets_the_living_prolong_their_leases_first() -> None:
    now = await db.now()
    session = await a_worker(now - 2 * LEASE)
    execution_id = await run(await a_job(now), now)
    await db.pool().execute("update workers set lease_until = $1", now + LEASE)
    await dispatched(now)
    await db.pool().execute("update workers set lease_until = $1", now - LEASE)
    sweeper = Sweeper(15)
    assert await sweeper.turn() == RECOVERY_SECONDS
    assert await workers.renew([session], LEASE, await db.now()) == {"worker-1"}
    assert await sweeper.turn() == LOOK_AGAIN_SECONDS
    assert (await history.find(execution_id))["state"] == "assigned"


async def test_a_sweep_takes_back_what_a_silent_worker_held_and_voids_its_session() -> None:
    now = await db.now()
    session = await a_worker(now)
    execution_id = await run(await a_job(now), now)
    await dispatched(now)
    await db.pool().execute("update workers set lease_until = $1", now - LEASE)
    sweeper = Sweeper(15)
    await sweeper.turn()
    await sweeper.turn()
    assert (await history.find(execution_id))["reason"] == "lost"
    assert [worker["state"] for worker in await workers.listing()] == ["offline"]
    assert await workers.renew([session], LEASE, await db.now()) == set()


async def test_after_an_outage_it_waits_again_before_it_sweeps() -> None:
    sweeper = Sweeper(0)
    assert [await sweeper.turn() for _ in range(2)] == [RECOVERY_SECONDS, RECOVERY_SECONDS]


async def test_a_sweep_settles_what_waits_for_a_dependency_that_is_cut() -> None:
    now = await db.now()
    first = await a_job(now, id="first")
    second = await a_job(now, id="second", dependencies=[first])
    await run(second, now)
    await db.pool().execute("delete from job_dependencies")
    await Sweeper(15).turn()
    assert await states(second) == ["queued"]


async def test_a_worker_whose_lease_is_over_is_given_nothing() -> None:
    now = await db.now()
    await a_worker(now - LEASE - timedelta(seconds=1))
    await run(await a_job(now), now)
    assert await dispatched(now) == {}


async def test_sweeps_take_turns_on_the_jobs_that_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatcher, "BATCH", 2)
    now = await db.now()
    first = await a_job(now, id="first")
    waiting = [await a_job(now, id=f"waiting-{number}", dependencies=[first]) for number in range(5)]
    for job_id in waiting:
        await run(job_id, now)
    await db.pool().execute("delete from job_dependencies where job_id = 'waiting-4'")
    sweeper = Sweeper(15)
    found = []
    for _ in range(4):
        await sweeper.turn()
        found += await states("waiting-4")
    assert found == ["waiting", "waiting", "queued", "queued"]
    await db.pool().execute("delete from job_dependencies")
    for _ in range(3):
        await sweeper.turn()
    assert [await states(job_id) for job_id in waiting] == [["queued"]] * 5
