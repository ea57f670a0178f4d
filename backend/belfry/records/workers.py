"""Workers: who is connected, with what, and for how long it may be believed."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from belfry.ground.errors import Conflict, NotFound
from belfry.records import db, executions
from belfry.rules.wire import Hello, Holding, Offer


class Session(msgspec.Struct, frozen=True):
    """A worker's right to be heard: void as soon as the worker has a newer one.

    `fence`: what it was given up to this fence is settled; `revoked`: what it holds without right.
    """

    worker_id: str
    number: int
    drained: bool
    fence: int
    revoked: list[Holding]


async def join(hello: Hello, server_id: int, lease: timedelta, now: datetime) -> Session:
    """Open a session. Conflict when another instance of that name is alive.

    The same instance goes on with what it holds; what it was given but doesn't hold goes back to the queue. Another
    instance may take the name once the old one's session or its server is gone: the old attempts are lost at once.
    """
    async with db.transaction():
        await executions.pause_dispatch()
        await executions.speak_for([hello.name])
        old = await db.fetch_one("lock_worker", hello.name, now)
        if old and old["alive"] and old["instance"] != hello.instance:
            raise Conflict(reason=f"A worker named {hello.name!r} is already connected; give this one another name.")
        if old and old["instance"] == hello.instance:
            revoked = await _reconcile(hello, now)
        else:
            await executions.lose(now, hello.name)
            revoked = hello.holding
        row = await db.fetch_one(
            "join_worker",
            now,
            hello.name,
            hello.host,
            hello.capacity,
            json.dumps(hello.labels),
            [offer.name for offer in hello.commands],
            hello.version,
            hello.instance,
            server_id,
            lease,
        )
        assert row is not None
        await offer(hello.commands, now)
        db.ring("workers", "queue", "events")
    return Session(hello.name, row["session"], row["drained"], row["fence"], revoked)


async def _reconcile(hello: Hello, now: datetime) -> list[Holding]:
    """Take back what the worker was given and doesn't hold; what it holds without right."""
    given = {(row["id"], row["attempt"], row["fence"]) for row in await db.fetch("given_executions", [hello.name])}
    holding = {(held.execution_id, held.attempt, held.fence) for held in hello.holding}
    unheld = [executions.Report(hello.name, _holding(key)) for key in sorted(given - holding)]
    if unheld:
        await executions.take_back(hello.name, unheld, now)
    return [_holding(key) for key in sorted(holding - given)]


def _holding(key: tuple[int, int, int]) -> Holding:
    return Holding(execution_id=key[0], attempt=key[1], fence=key[2])


async def offer(offers: Sequence[Offer], now: datetime) -> None:
    """Remember commands and the schemas of their arguments, so that jobs can be checked against them."""
    await db.fetch(
        "offer_commands",
        now,
        [offered.name for offered in offers],
        [offered.description for offered in offers],
        [json.dumps(offered.schema) for offered in offers],
    )


async def renew(sessions: Sequence[Session], lease: timedelta, now: datetime) -> set[str]:
    """Prolong the leases of these sessions; the workers whose session still stands."""
    rows = await db.fetch(
        "renew_workers",
        now,
        [session.worker_id for session in sessions],
        [session.number for session in sessions],
        lease,
    )
    return {row["id"] for row in rows}


async def leave(session: Session, now: datetime, for_good: bool = False) -> None:
    """Close a session: the worker is offline until it comes back.

    Its attempts stay its own until the lease ends; those of one that left for good go back at once.
    """
    async with db.transaction():
        await executions.pause_dispatch()
        if await db.fetch("leave_worker", now, session.worker_id, session.number):
            if for_good:
                await executions.lose(now, session.worker_id)
            db.ring("workers", "events")


async def draining(session: Session, now: datetime) -> None:
    """The worker said that it takes nothing new."""
    if await db.fetch("drain_session", now, session.worker_id, session.number):
        db.ring("workers", "events")


async def steer(worker_id: str, act: Literal["drain", "resume"], now: datetime) -> None:
    """Drain a worker (it finishes what it has and gets nothing new) or let it work again; NotFound."""
    if not await db.fetch("steer_worker", now, worker_id, act == "drain"):
        raise NotFound(kind="worker", id=worker_id)
    db.ring("workers", "queue", "events")


async def resize(worker_id: str, capacity: int) -> None:
    """Set how many slots placement may use of a worker, whatever it said itself; NotFound."""
    if not await db.fetch("resize_worker", worker_id, capacity):
        raise NotFound(kind="worker", id=worker_id)
    db.ring("workers", "queue")


async def expire(now: datetime) -> None:
    """Mark workers whose lease has ended as offline."""
    if await db.fetch("expire_workers", now):
        db.ring("workers", "events")


async def listing() -> list[db.Row]:
    """All workers by name, with the slots that live executions take."""
    return await db.fetch("list_workers")


async def commands() -> list[db.Row]:
    """Every command ever offered, with the workers that offer it now."""
    return await db.fetch("list_commands")
