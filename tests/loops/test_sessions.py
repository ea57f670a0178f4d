"""Sessions: what a worker may say, and what it holds across disconnections."""

import asyncio
import contextvars
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from belfry.author.link import LinkClosed, memory_link
from belfry.loops import dispatcher
from belfry.loops.sessions import Sessions
from belfry.records import db, executions, history, signals, workers
from belfry.rules.wire import Finished, FromServer, FromWorker, Hello, Holding, Logged, Started
from factories import LEASE, Hand, a_job, a_worker, away, dispatched, held, run

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


async def given(sessions: Sessions, hand: Hand, **fields: Any) -> Holding:
    """One execution that the worker has been sent."""
    now = await db.now()
    await run(await a_job(now, **fields), now)
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
    assert row["state"] == "failed"
    assert (await bad.link.receive()).revoke == [Holding(**key(wrong))]


async def test_reports_wait_while_the_database_is_away(sessions: Sessions, serving: Serve) -> None:
    hand = Hand(sessions)
    await serving(sessions, hand)
    await hand.greet()
    holding = await given(sessions, hand)
    await hand.say(finished=[Finished(**key(holding))])
    await asyncio.sleep(0)
    async with away():
        with pytest.raises(db.UNREACHABLE):
            await sessions.record()
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


class Deaf:
    """A worker's link that says hello and is gone before the welcome."""

    def __init__(self, hello: Hello) -> None:
        self.hello = hello
        self.closed = False

    async def send(self, frame: FromServer) -> None:
        raise LinkClosed

    async def receive(self) -> FromWorker:
        return FromWorker(hello=self.hello)

    async def close(self) -> None:
        self.closed = True


async def test_a_worker_that_is_gone_before_its_welcome_is_offline(sessions: Sessions) -> None:
    link = Deaf(Hand(sessions).hello)
    await sessions.serve(link)
    assert link.closed
    assert [worker["state"] for worker in await workers.listing()] == ["offline"]


async def test_a_worker_that_comes_while_the_database_is_away_is_let_go_to_try_again(sessions: Sessions) -> None:
    hand = Hand(sessions)
    await hand.say(hello=hand.hello)
    async with away():
        await sessions.serve(hand.theirs)
    with pytest.raises(LinkClosed):
        await hand.link.receive()


async def test_a_link_that_closes_before_hello_harms_nobody(sessions: Sessions) -> None:
    mine, theirs = memory_link()
    await mine.close()
    await sessions.serve(theirs)
    assert await workers.listing() == []


async def test_what_is_assigned_while_its_worker_comes_back_still_reaches_it(sessions: Sessions) -> None:
    now = await db.now()
    await a_worker(now, "worker-1", instance="one")
    execution_id = await run(await a_job(now), now)
    hello = Hand(sessions).hello
    async with db.transaction():
        await dispatcher.tick(now)
        joining = asyncio.create_task(workers.join(hello, 1, LEASE, now), context=contextvars.Context())
        await asyncio.wait({joining}, timeout=0.1)
    session = await joining
    row = await history.find(execution_id)
    given = await executions.held({"worker-1": session.fence})
    assert row["state"] == "queued" or [assign.execution_id for assign in given["worker-1"]] == [execution_id]


async def test_a_goodbye_takes_nothing_from_the_next_session_of_that_name(sessions: Sessions, serving: Serve) -> None:
    hand = Hand(sessions)
    session = await serving(sessions, hand)
    await hand.greet()
    await hand.say(draining=True)
    now = await db.now()
    await workers.expire(now + LEASE + timedelta(seconds=1))
    await a_worker(now, "worker-1", instance="two")
    execution_id = await run(await a_job(now), now)
    assert set(await dispatched(now)) == {execution_id}
    await hand.link.close()
    await session
    assert set(await held()) == {execution_id}


async def test_an_end_that_cannot_be_recorded_fails_with_the_reason(sessions: Sessions, serving: Serve) -> None:
    for place, result in enumerate(("[" * 100_000 + "]" * 100_000, '"\\u0000"', '"\ud800"', "1e999999")):
        hand = Hand(sessions, f"worker-{place}")
        await serving(sessions, hand)
        await hand.greet()
        holding = await given(sessions, hand, id=f"job-{place}", labels={"place": str(place)})
        await hand.say(finished=[Finished(**key(holding), result=result)])
        await asyncio.sleep(0)
        await sessions.record()
        row = await history.find(holding.execution_id)
        assert row["state"] == "failed", result[:10]
        assert "cannot be recorded" in row["error"]
