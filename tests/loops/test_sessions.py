"""Sessions: what a worker may say, and what it holds across disconnections."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import asyncpg
import pytest

from belfry.author.link import LinkClosed
from belfry.loops import dispatcher
from belfry.loops.sessions import Sessions
from belfry.records import db, executions, history, signals, workers
from belfry.rules.wire import Finished, Holding, Logged, Started
from factories import Hand, a_job, run

Serve = Callable[[Sessions, Hand], Awaitable[asyncio.Task[None]]]


@pytest.fixture
async def sessions(database: str) -> Sessions:
    return Sessions(1, 15, 5)


@pytest.fixture
async def serving(database: str) -> AsyncIterator[Serve]:
    """Serves a worker's session until the test is over."""
    opened: list[tuple[Hand, asyncio.Task[None]]] = []

    async def serve(sessions: Sessions, hand: Hand) -> asyncio.Task[None]:
        opened.append((hand, asyncio.create_task(sessions.serve(hand.theirs))))
        return opened[-1][1]

    yield serve
    for hand, session in opened:
        await hand.link.close()
        await session


def key(holding: Holding) -> dict[str, int]:
    return {name: getattr(holding, name) for name in ("execution_id", "attempt", "fence")}


async def given(sessions: Sessions, hand: Hand) -> Holding:
    """One execution that the worker has been sent."""
    now = await db.now()
    await run(await a_job(now), now)
    await dispatcher.tick(now)
    await sessions.send()
    (assign,) = await hand.assigned()
    return Holding(**key(assign))


async def test_a_worker_is_sent_what_it_is_given_and_its_reports_are_kept(sessions: Sessions, serving: Serve) -> None:
    hand = Hand(sessions)
    session = await serving(sessions, hand)
    assert (await hand.greet()).welcome
    holding = await given(sessions, hand)
    await hand.say(started=[Started(**key(holding))], log=[Logged(**key(holding), message="working")])
    await hand.say(finished=[Finished(**key(holding), result='{"n": 1}', duration_seconds=0.5)])
    await hand.link.close()
    await session
    row = await history.find(holding.execution_id)
    assert (row["state"], row["result"], row["worker_id"]) == ("succeeded", '{"n": 1}', "worker-1")
    lines, _, _ = await history.log(history.LogFilter(execution=holding.execution_id), 0, 10)
    assert [line["message"] for line in lines][1:] == ["working"]
    assert (await workers.listing())[0]["state"] == "offline"


async def test_the_very_first_assignment_of_a_database_is_sent(sessions: Sessions, serving: Serve) -> None:
    hand = Hand(sessions)
    await serving(sessions, hand)
    await hand.greet()
    assert (await given(sessions, hand)).fence == 1


async def test_another_worker_of_the_same_name_is_refused_while_the_first_lives(
    sessions: Sessions, serving: Serve, database: str
) -> None:
    first = Hand(sessions)
    await serving(sessions, first)
    await first.greet()
    server = await asyncpg.connect(database)
    await server.execute("select pg_advisory_lock($1, 1)", signals.LIFE_LOCK)
    second = Hand(sessions, instance="two")
    await serving(sessions, second)
    answer = await second.greet()
    assert answer.welcome is None
    assert answer.refused and "another name" in answer.refused
    await server.close()


async def test_a_worker_that_comes_back_goes_on_with_what_it_holds(sessions: Sessions, serving: Serve) -> None:
    hand = Hand(sessions)
    session = await serving(sessions, hand)
    await hand.greet()
    kept = await given(sessions, hand)
    now = await db.now()
    other = await run(await a_job(now, id="other"), now)
    await dispatcher.tick(now)
    await hand.link.close()
    await session
    again = Hand(sessions)
    await serving(sessions, again)
    stranger = Holding(execution_id=999, attempt=1, fence=1)
    answer = await again.greet(kept, stranger)
    assert answer.revoke == [stranger]
    assert (await history.find(kept.execution_id))["state"] == "assigned"
    assert (await history.find(other))["state"] == "queued"


async def test_another_instance_takes_the_name_and_the_old_attempts_are_lost_at_once(
    sessions: Sessions, serving: Serve
) -> None:
    hand = Hand(sessions)
    session = await serving(sessions, hand)
    await hand.greet()
    holding = await given(sessions, hand)
    await hand.link.close()
    await session
    other = Hand(sessions, instance="two")
    await serving(sessions, other)
    assert (await other.greet(holding)).revoke == [holding]
    row = await history.find(holding.execution_id)
    assert (row["state"], row["reason"]) == ("queued", "lost")


async def test_a_worker_that_says_goodbye_hands_back_at_once_what_it_holds(sessions: Sessions, serving: Serve) -> None:
    hand = Hand(sessions)
    session = await serving(sessions, hand)
    await hand.greet()
    holding = await given(sessions, hand)
    await hand.say(draining=True)
    await hand.link.close()
    await session
    assert (await history.find(holding.execution_id))["state"] == "queued"


async def test_what_cannot_be_recorded_costs_only_its_own_worker(sessions: Sessions, serving: Serve) -> None:
    good, bad = Hand(sessions, "good", 1), Hand(sessions, "bad", 1)
    for hand in (good, bad):
        await serving(sessions, hand)
        await hand.greet()
    now = await db.now()
    job_id = await a_job(now)
    for _ in range(2):
        await run(job_id, now)
    await dispatcher.tick(now)
    await sessions.send()
    (right,), (wrong,) = await good.assigned(), await bad.assigned()
    await good.say(finished=[Finished(**key(right))])
    await bad.say(finished=[Finished(**key(wrong), result="no json")])
    await asyncio.sleep(0)
    await sessions.record()
    assert (await history.find(right.execution_id))["state"] == "succeeded"
    row = await history.find(wrong.execution_id)
    assert (row["state"], row["reason"]) == ("queued", "lost")


async def test_reports_wait_while_the_database_is_away(sessions: Sessions, serving: Serve) -> None:
    hand = Hand(sessions)
    await serving(sessions, hand)
    await hand.greet()
    holding = await given(sessions, hand)
    await hand.say(finished=[Finished(**key(holding))])
    await asyncio.sleep(0)
    pool, db.engine.pool = db.engine.pool, None
    with pytest.raises(Exception, match="not open"):
        await sessions.record()
    db.engine.pool = pool
    await sessions.record()
    assert (await history.find(holding.execution_id))["state"] == "succeeded"


async def test_a_lease_is_prolonged_for_who_was_heard_and_a_void_session_is_closed(
    sessions: Sessions, serving: Serve
) -> None:
    hand = Hand(sessions)
    await serving(sessions, hand)
    await hand.greet()
    before = await db.pool().fetchval("select lease_until from workers")
    await hand.say(heartbeat=True)
    await asyncio.sleep(0)
    await sessions.renew()
    assert await db.pool().fetchval("select lease_until from workers") > before
    await workers.expire(await db.now() + timedelta(seconds=60))
    await hand.say(heartbeat=True)
    await asyncio.sleep(0)
    await sessions.renew()
    with pytest.raises(LinkClosed):
        await hand.link.receive()


async def test_a_cancellation_reaches_the_worker(sessions: Sessions, serving: Serve) -> None:
    hand = Hand(sessions)
    await serving(sessions, hand)
    await hand.greet()
    holding = await given(sessions, hand)
    await executions.cancel(holding.execution_id, "no", await db.now())
    await sessions.send()
    assert (await hand.link.receive()).cancel == [holding]
