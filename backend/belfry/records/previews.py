"""Previews: what a schedule would do beside what is there already. Nothing is kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import msgspec

from belfry.ground.errors import NotFound
from belfry.records import db, jobs, timings
from belfry.rules import schedules
from belfry.rules.definition import Definition
from belfry.rules.gates import spoken
from belfry.rules.schedules import Schedule
from belfry.rules.timing import Timing

CROWD = 10
"""So many other jobs in one minute are worth a warning."""

COUNTED = 20_000
SAMPLE = 100
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)


class Preview(msgspec.Struct, frozen=True):
    """What a schedule means: its next fires, and beside each what a clock change or its calendar does to it."""

    schedule: Schedule
    fires: list[datetime]
    marks: list[str | None]
    warnings: list[str]


async def preview(definition: Definition, start: datetime, count: int) -> Preview:
    """The next `count` fires after `start`, which stands in for now, with marks and warnings.

    The definition's id is that of the job it is for; if there is such a job, rates count from its creation. Invalid as
    when making a job, also for what never fires.
    """
    anchor = await _anchor(definition.id, start)
    when = await timings.understood(definition, definition.id, anchor, start)
    timings.armed(when, start)
    fires = when.upcoming(start, count)
    found = [*schedules.warnings(when.schedule, start), *await _crowded(fires, when, definition.id)]
    found += await _slow(fires, definition.id)
    return Preview(when.schedule, fires, _marks(when, fires), found)


async def _anchor(job_id: str | None, start: datetime) -> datetime:
    if job_id is None:
        return start
    try:
        return (await jobs.find(job_id))["created_at"]
    except NotFound:
        return start


def _marks(when: Timing, fires: list[datetime]) -> list[str | None]:
    clock = schedules.marks(when.schedule, fires)
    return [_mark(when, fire) or mark for fire, mark in zip(fires, clock, strict=True)]


def _mark(when: Timing, fire: datetime) -> str | None:
    if excluded := when.excluded(fire):
        return f"skipped: {excluded}"
    moved = when.moved_from(fire)
    return f"moved from {when.schedule.wall(moved):%Y-%m-%d}: {when.excluded(moved)}" if moved else None


async def _crowded(fires: Sequence[datetime], when: Timing, job_id: str | None) -> list[str]:
    """How many other jobs start with the first fire, and a minute of the same hour that is quieter."""
    if not fires or when.schedule.kind in ("interval", "once"):
        return []
    minute = fires[0].replace(second=0, microsecond=0)
    hour = minute.replace(minute=0)
    rows = await db.fetch("due_in_minutes", hour, hour + _HOUR, job_id, COUNTED)
    others = {row["minute"]: row["count"] for row in rows}
    if others.get(minute, 0) < CROWD:
        return []
    minutes = [hour + place * _MINUTE for place in range(60)]
    quiet = min(minutes, key=lambda at: (others.get(at, 0), at.minute % 5 == 0, abs(at - minute)))
    shown, quieter = (f"{when.schedule.wall(at):%H:%M}" for at in (minute, quiet))
    return [f"{others[minute]} other jobs also start at {shown}; {quieter} is quiet"]


async def _slow(fires: Sequence[datetime], job_id: str | None) -> list[str]:
    """Whether the job takes longer than from one fire to the next."""
    if job_id is None or len(fires) < 2:
        return []
    row = (await db.fetch("run_time", job_id, SAMPLE))[0]
    shortest = min((later - earlier).total_seconds() for earlier, later in pairwise(fires))
    if row["p95"] is None or row["p95"] <= shortest:
        return []
    return [
        f"fires every {spoken(shortest)}, but a run takes up to {spoken(row['p95'])} (p95 of the last {row['count']})"
    ]
