"""The event log: every event once, in the order of ids, to whoever follows it.

Ids are taken before the commit, so a lower id may appear after a higher one. A reader therefore passes rows
only as far as ids are without a gap; a gap is passed once every transaction that was open when it was first
seen has ended, because nobody is left who could fill it (docs/adr/0002).
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import msgspec

from belfry.records import db

BATCH = 2000
SETTLE_SECONDS = 0.01


class Event(msgspec.Struct, frozen=True, omit_defaults=False):
    """One thing that happened, as the live feed sends it."""

    id: int
    at: datetime
    type: str
    job_id: str | None
    execution_id: int | None
    attempt: int | None
    worker_id: str | None
    data: msgspec.Raw


class Gap(msgspec.Struct, frozen=True):
    """Missing ids below `upto`, which only transactions below `horizon` could still fill."""

    upto: int
    horizon: int


class Cursor(msgspec.Struct):
    """Where a reader is: everything up to `after` is read, and `gap` says what it waits for."""

    after: int
    gap: Gap | None = None


async def begin() -> Cursor:
    """A cursor at the end of the log, once nothing before it can still appear."""
    end = (await db.fetch("end_of_events"))[0]
    while True:
        if (await db.fetch("oldest_open"))[0]["id"] >= end["horizon"]:
            return Cursor(end["id"])
        await asyncio.sleep(SETTLE_SECONDS)


async def span() -> tuple[int, int]:
    """The ids of the oldest event still kept and of the newest; zeros when there is none."""
    row = (await db.fetch("event_span"))[0]
    return row["oldest"], row["newest"]


async def between(after: int, upto: int, limit: int = BATCH) -> list[Event]:
    """The events with after < id ≤ upto, at most `limit`; `upto` is where a cursor has been."""
    return [event(row) for row in await db.fetch("events_between", after, upto, limit)]


async def read(cursor: Cursor, limit: int = BATCH) -> list[Event]:
    """The events behind the cursor that may be passed, at most `limit`; moves the cursor.

    When it stops at a gap, `cursor.gap` is set: read again soon, for an aborted transaction wakes nobody.
    """
    rows = await db.fetch("read_events", cursor.after, limit)
    settled = passable([row["id"] for row in rows], cursor, rows[0]["oldest_open"] if rows else 0)
    if settled < len(rows):
        newest = rows[-1]["id"]
        if cursor.gap is None or cursor.gap.upto < rows[settled]["id"]:
            cursor.gap = Gap(newest, (await db.fetch("next_transaction"))[0]["id"])
    else:
        cursor.gap = None
    if settled:
        cursor.after = rows[settled - 1]["id"]
    return [event(row) for row in rows[:settled]]


def passable(ids: Sequence[int], cursor: Cursor, oldest_open: int) -> int:
    """How many of the ascending ids may be passed while `oldest_open` is the oldest open transaction."""
    expected = cursor.after + 1
    for place, found in enumerate(ids):
        gap = cursor.gap
        if found != expected and not (gap and found <= gap.upto and oldest_open >= gap.horizon):
            return place
        expected = found + 1
    return len(ids)


def event(row: db.Row) -> Event:
    """A row as an event."""
    return Event(
        row["id"],
        row["at"],
        row["type"],
        row["job_id"],
        row["execution_id"],
        row["attempt"],
        row["worker_id"],
        msgspec.Raw(row["data"].encode()),
    )
