"""Calendars: making, reading, editing and deleting them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec
from piccolo.columns import Column
from piccolo.columns.combination import WhereRaw

from belfry.ground.errors import Conflict, NotFound, VersionConflict, invalid
from belfry.records import db, tables
from belfry.rules.calendars import Calendar, check, id_from
from belfry.rules.definition import first_free

REMEMBERED = 1000
"""So many calendars are held in memory."""

CONTENTS = ("holidays", "dates", "weekly", "blackouts", "icalendar")
"""The fields of a calendar that lie in its column `definition`."""


async def create(calendar: Calendar, now: datetime) -> str:
    """Make a calendar and return its id. Invalid names every wrong field; Conflict when the id is taken."""
    check(calendar)
    async with db.transaction():
        calendar_id = calendar.id or await _free_id(id_from(calendar.name))
        row = tables.Calendar(id=calendar_id, created_at=now, updated_at=now, **_columns(calendar))
        query = tables.Calendar.insert(row).on_conflict(action="DO NOTHING").returning(tables.Calendar.id)
        if not await query:
            raise Conflict(reason=f"There is a calendar {calendar_id!r} already; give this one another id.")
        await _tell("created", calendar_id, now)
    return calendar_id


async def edit(
    calendar_id: str, change: Callable[[Calendar], Calendar], now: datetime, version: int | None = None
) -> None:
    """Make what `change` makes of a calendar its next version; `version` guards it: VersionConflict."""
    async with db.transaction():
        row = await _lock(calendar_id, "NO KEY UPDATE")
        if version is not None and row["version"] != version:
            raise VersionConflict(kind="calendar", id=calendar_id, version=row["version"])
        calendar = change(definition_of(row))
        if calendar.id not in (None, calendar_id):
            raise invalid("id", f"cannot be changed; this calendar is {calendar_id!r}", "immutable")
        check(calendar)
        values: dict[Column | str, Any] = {**_columns(calendar), "version": row["version"] + 1, "updated_at": now}
        await tables.Calendar.update(values).where(tables.Calendar.id == calendar_id)
        await _tell("updated", calendar_id, now)


async def delete(calendar_id: str, now: datetime) -> None:
    """Delete a calendar; NotFound, or Conflict while jobs use it."""
    async with db.transaction():
        await _lock(calendar_id, "UPDATE")
        if using := await db.fetch("jobs_using", calendar_id):
            raise Conflict(reason=_in_use(calendar_id, [row["id"] for row in using], using[0]["total"]))
        await tables.Calendar.delete().where(tables.Calendar.id == calendar_id)
        await _tell("deleted", calendar_id, now)


async def find(calendar_id: str) -> dict[str, Any]:
    """A calendar's row, with the number of `jobs` that use it; NotFound."""
    rows = await tables.Calendar.select().where(tables.Calendar.id == calendar_id)
    if not rows:
        raise NotFound(kind="calendar", id=calendar_id)
    using = await db.fetch_one("jobs_using", calendar_id)
    return rows[0] | {"jobs": using["total"] if using else 0}


async def known(ids: Iterable[str | None]) -> dict[str, Calendar]:
    """The calendars of these ids that there are. What has not changed since the last time is not read again."""
    wanted = sorted({calendar_id for calendar_id in ids if calendar_id})
    if not wanted:
        return {}
    keys = {row["id"]: _key(row) for row in await db.fetch("calendar_versions", wanted)}
    unread = [calendar_id for calendar_id, key in keys.items() if key not in _remembered]
    for row in await db.fetch("calendar_definitions", unread) if unread else ():
        keys[row["id"]] = _key(row)
        _remembered[_key(row)] = definition_of(row)
    found = {calendar_id: _remembered[key] for calendar_id, key in keys.items() if key in _remembered}
    while len(_remembered) > REMEMBERED:
        del _remembered[next(iter(_remembered))]
    return found


_remembered: dict[tuple[str, int, datetime], Calendar] = {}


def _key(row: Mapping[str, Any]) -> tuple[str, int, datetime]:
    return row["id"], row["version"], row["updated_at"]


async def page(q: str, number: int, size: int) -> tuple[list[db.Row], int]:
    """One page of the calendars in which `q` is found, and how many they are; rows say `has_icalendar` for the file."""
    words = db.containing(q)
    rows = await db.fetch("list_calendars", words, size, number * size)
    matching = WhereRaw("(name ilike {} or id ilike {} or description ilike {})", words, words, words)
    counting: Any = tables.Calendar.count().where(matching)
    return rows, await counting


def definition_of(row: Mapping[str, Any]) -> Calendar:
    """The calendar that a row stands for; its file only when the row is one of `find`."""
    contents = msgspec.json.decode(row["definition"])
    given = {"id": row["id"], "name": row["name"], "description": row["description"]}
    return msgspec.convert(contents | given, Calendar)


def _columns(calendar: Calendar) -> dict[str, Any]:
    contents = {field: getattr(calendar, field) for field in CONTENTS}
    definition = msgspec.json.encode(contents).decode()
    return {"name": calendar.name, "description": calendar.description, "definition": definition}


def _in_use(calendar_id: str, first: list[str], total: int) -> str:
    more = f" and {total - len(first)} more" if total > len(first) else ""
    return f"Jobs use the calendar {calendar_id!r}: {', '.join(first)}{more}. Let them do without it first."


async def _lock(calendar_id: str, strength: Literal["NO KEY UPDATE", "UPDATE"]) -> dict[str, Any]:
    """A calendar's row, locked; UPDATE also keeps jobs from taking it up."""
    rows = await tables.Calendar.select().where(tables.Calendar.id == calendar_id).lock_rows(strength)
    if not rows:
        raise NotFound(kind="calendar", id=calendar_id)
    return rows[0]


async def _free_id(wish: str) -> str:
    """The wished id, or the first free one like it."""
    return first_free(wish, {row["id"] for row in await db.fetch("calendar_ids_like", wish)})


async def _tell(what: str, calendar_id: str, now: datetime) -> None:
    await db.fetch("tell_calendar", now, f"calendar.{what}", calendar_id)
    db.ring("jobs", "events")
