"""When jobs fire: what their definitions and rows say, with the calendars they keep to."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from belfry.ground.errors import invalid
from belfry.records import calendars, db
from belfry.rules import schedules
from belfry.rules.calendars import Calendar
from belfry.rules.definition import Definition
from belfry.rules.schedules import ClockChanges, Schedule
from belfry.rules.schedules.zones import DAWN
from belfry.rules.timing import Kept, Timing, refuse_what_cannot_move


def schedule_of(row: Mapping[str, Any]) -> Schedule:
    """The schedule of a job's row, as it was understood; Invalid when it cannot be read any more."""
    rule, changes = row["rule"], ClockChanges(row["dst_gap"], row["dst_overlap"])
    if rule and not rule.startswith("every"):
        return _understood(rule, row["timezone"], changes)
    return schedules.parse(
        rule or row["schedule"],
        row["timezone"],
        anchor=row["created_at"],
        job_id=row["id"],
        clock_changes=changes,
    )


@lru_cache(maxsize=16_384)
def _understood(rule: str, timezone: str, changes: ClockChanges) -> Schedule:
    """The schedule of a rule that counts from no job's beginning, and so is the same for all jobs that have it."""
    return schedules.parse(rule, timezone, anchor=DAWN, clock_changes=changes)


def timing_of(row: Mapping[str, Any], known: Mapping[str, Calendar]) -> Timing:
    """When the job of a row fires, its calendar being known; Invalid when its schedule cannot be read any more."""
    calendar = known[row["calendar"]] if row["calendar"] else None
    kept = Kept(calendar, row["calendar_use"], row["calendar_shift"]) if calendar else None
    return Timing(schedule_of(row), row["start_at"], row["end_at"], kept)


async def of(row: Mapping[str, Any]) -> Timing:
    """When the job of a row fires; Invalid when its schedule cannot be read any more."""
    return timing_of(row, await calendars.known([row["calendar"]]))


async def understood(definition: Definition, job_id: str | None, anchor: datetime, now: datetime) -> Timing:
    """When a job so defined fires: made at `anchor`, its schedule written `now`.

    Invalid for a schedule or zone that means nothing, a calendar that is none or cannot move what fires so often.
    """
    schedule = schedules.parse(
        definition.schedule,
        definition.timezone,
        anchor=anchor,
        said_at=now,
        job_id=job_id,
        clock_changes=ClockChanges(definition.dst_gap, definition.dst_overlap),
    )
    timing = Timing(schedule, definition.start_at, definition.end_at, await _kept(definition))
    refuse_what_cannot_move(timing)
    return timing


async def _kept(definition: Definition) -> Kept | None:
    if definition.calendar is None:
        return None
    await db.fetch("hold_calendar", definition.calendar)
    known = await calendars.known([definition.calendar])
    if definition.calendar not in known:
        raise invalid("calendar", f"there is no calendar {definition.calendar!r}; make it first", "not_found")
    return Kept(known[definition.calendar], definition.calendar_use, definition.calendar_shift)


def armed(timing: Timing, now: datetime) -> datetime | None:
    """The first instant after `now` within start and end; Invalid for a schedule that never fires."""
    schedules.refuse_what_never_fires(timing.schedule, now)
    following = timing.next_fire(now)
    if following is None and timing.schedule.kind != "manual":
        raise invalid("end_at", "leaves no instant at which this schedule fires; choose a later one", "never_fires")
    return following


def has_changed(row: Mapping[str, Any], definition: Definition, timing: Timing) -> bool:
    """Whether an edit gives the job of a row other instants."""
    fields = ("schedule", "dst_gap", "dst_overlap", "start_at", "end_at", "max_runs", *_CALENDAR)
    same = all(row[field] == getattr(definition, field) for field in fields)
    return not same or row["timezone"] != timing.schedule.timezone


_CALENDAR = ("calendar", "calendar_use", "calendar_shift")


def standing(
    row: Mapping[str, Any], definition: Definition, timing: Timing, changed: bool, now: datetime
) -> dict[str, Any]:
    """State and next instant after an edit. An instant that is due already stays; so does an unchanged schedule's."""
    due = row["next_fire_at"] is not None and row["next_fire_at"] <= now
    following = armed(timing, _unaccounted(row, now)) if changed else row["next_fire_at"]
    following = row["next_fire_at"] if due else following
    if definition.max_runs is not None and row["runs"] >= definition.max_runs:
        following = None
    if not definition.enabled:
        return {"state": "paused", "next_fire_at": following}
    if row["state"] == "paused":
        return resumed({**row, "next_fire_at": following}, timing, now)
    return {"state": _state(following, timing), "next_fire_at": following}


def resumed(row: Mapping[str, Any], timing: Timing, now: datetime) -> dict[str, Any]:
    """State and next instant of a job that goes on; one whose instants are all over is completed."""
    following = row["next_fire_at"] or timing.next_fire(_unaccounted(row, now))
    if row["max_runs"] is not None and row["runs"] >= row["max_runs"]:
        following = None
    going_on = {"paused_reason": None, "resume_at": None, "resumed_at": now}
    return {"state": _state(following, timing), "next_fire_at": following} | going_on


def _state(following: datetime | None, timing: Timing) -> str:
    return "completed" if following is None and timing.schedule.kind != "manual" else "active"


def _unaccounted(row: Mapping[str, Any], now: datetime) -> datetime:
    """The moment after which instants count: now, or the last on record should the clock have been set back."""
    return max(now, row["accounted_until"] or now)
