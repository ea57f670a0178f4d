"""Backfill: running a job for instants of the past."""

from datetime import datetime, timedelta

import msgspec

from belfry.ground.errors import FieldError, Invalid, invalid
from belfry.records import db, jobs, timings

MOST = 10_000
"""So many instants are backfilled at once, at most."""

_TICK = timedelta(microseconds=1)


class Backfill(msgspec.Struct, forbid_unknown_fields=True, rename={"start": "from", "end": "to"}):
    """Which instants: from `start` to `end`, both counting; with `only_missing` not those that ran already.

    One becomes ready `pace_seconds` after the other. With `dry_run` they are only counted.
    """

    start: datetime
    end: datetime
    only_missing: bool = False
    pace_seconds: float = 0.1
    dry_run: bool = False


async def backfill(job_id: str, asked: Backfill, now: datetime) -> list[datetime]:
    """Queue an execution at low priority for each instant asked for, and return them in order. NotFound, Invalid.

    Overlap, dependencies and a pause don't hold it up; instants that the calendar excludes are left out.
    """
    async with db.transaction():
        await db.fetch("lock_job_to_run", job_id)
        row = await jobs.find(job_id)
        when = await timings.of(row)
        start, end = when.schedule.instant(asked.start, "from"), when.schedule.instant(asked.end, "to")
        _check(asked, start, end, now)
        found = when.fires_between(start - _TICK, end, MOST + 1)
        if len(found) > MOST:
            raise invalid("to", f"names more than {MOST:,} instants; ask for a shorter range", "range")
        instants = [instant for instant in found if not when.excluded(instant)]
        if asked.only_missing:
            ran = {record["due_at"] for record in await db.fetch("instants_run", job_id, start, end)}
            instants = [instant for instant in instants if instant not in ran]
        if instants and not asked.dry_run:
            await db.fetch("backfill_job", now, job_id, instants, asked.pace_seconds)
            db.ring("queue", "events")
    return instants


def _check(asked: Backfill, start: datetime, end: datetime, now: datetime) -> None:
    errors: list[FieldError] = []
    if end < start:
        errors.append(FieldError("to", "must not be earlier than from", "range"))
    if end > now:
        errors.append(FieldError("to", "must lie in the past: what is to come fires by itself", "range"))
    if not 0 <= asked.pace_seconds <= 3600:
        errors.append(FieldError("pace_seconds", "must be between 0 and 3,600", "range"))
    if errors:
        raise Invalid(*errors)
