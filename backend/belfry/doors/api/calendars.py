"""Calendars: days and hours in which jobs never run, or to which they keep."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Controller, Response, delete, get, patch, post, put
from litestar.di import Provide
from litestar.params import Parameter, QueryParameter

from belfry.doors.api.bodies import Body, convert, merge
from belfry.doors.api.pages import Page, Paging
from belfry.doors.api.versions import IfMatch, etag, version_in
from belfry.ground.errors import invalid
from belfry.records import calendars, db, jobs
from belfry.rules.calendars import (
    Blackout,
    Calendar,
    Country,
    DateEntry,
    HolidayRule,
    WeeklyHours,
    countries,
    day_name,
    day_of,
    is_business_day,
    no_day,
)
from belfry.rules.schedules.zones import zone_name

MOST_DAYS = 366


class CalendarView(Calendar, kw_only=True, frozen=True):
    """A calendar as it is; `jobs` counts those that use it."""

    version: int
    jobs: int
    created_at: datetime
    updated_at: datetime


class CalendarEntry(msgspec.Struct, kw_only=True):
    """A calendar in a list: without its iCalendar file, of which `has_icalendar` tells."""

    id: str
    name: str
    description: str
    holidays: tuple[HolidayRule, ...]
    dates: tuple[DateEntry, ...]
    weekly: tuple[WeeklyHours, ...]
    blackouts: tuple[Blackout, ...]
    has_icalendar: bool
    version: int
    jobs: int
    created_at: datetime
    updated_at: datetime


class DayView(msgspec.Struct):
    """A day, what covers the whole of it, and whether it is a business day."""

    date: date
    name: str | None
    business_day: bool


@dataclass
class CalendarsQuery(Paging):
    """Which calendars are asked for."""

    q: Annotated[str, Parameter(description="is looked for in id, name and description")] = ""


@dataclass
class DaysQuery:
    """Which days are asked for, `from` and `to` inclusive, and whose midnights part them."""

    first: Annotated[str, QueryParameter(name="from", description="a day such as 2027-12-24")] = ""
    last: Annotated[str, QueryParameter(name="to", description=f"the last of at most {MOST_DAYS} days")] = ""
    timezone: Annotated[str, Parameter(description="decides about blackouts and timed events")] = "UTC"

    def days(self) -> list[date]:
        """Each of them; Invalid when they are too many or out of range."""
        first, last = _day("from", self.first), _day("to", self.last)
        count = (last - first).days + 1
        if not 1 <= count <= MOST_DAYS:
            raise invalid("to", f"must not lie before from, nor more than {MOST_DAYS - 1} days after it", "range")
        return [first + timedelta(days=place) for place in range(count)]


class CalendarsController(Controller):
    """Making, reading, editing and deleting calendars, and asking them."""

    path = "/api/calendars"
    tags = ("Calendars",)

    @get(dependencies={"asked": Provide(CalendarsQuery, sync_to_thread=False)})
    async def listing(self, asked: CalendarsQuery) -> Page[CalendarEntry]:
        """A page of calendars by name."""
        rows, total = await calendars.page(asked.q, asked.page, asked.size)
        return Page([_entry(row) for row in rows], asked.page, asked.size, total)

    @get("/countries")
    async def countries(self) -> list[Country]:
        """The countries whose holidays are known, with their subdivisions and the categories of their holidays."""
        return list(countries().values())

    @post(dto=Body[Calendar], return_dto=None)
    async def create(self, data: Calendar) -> Response[CalendarView]:
        """Make a calendar."""
        calendar_id = await calendars.create(data, await db.now())
        location = {"Location": f"/api/calendars/{calendar_id}"}
        return Response(await _read(calendar_id), status_code=201, headers=location)

    @get("/{calendar_id:str}")
    async def read(self, calendar_id: str) -> Response[CalendarView]:
        """One calendar; the ETag is its version."""
        return _tagged(await _read(calendar_id))

    @put("/{calendar_id:str}", dto=Body[Calendar], return_dto=None)
    async def replace(self, calendar_id: str, data: Calendar, if_match: IfMatch = None) -> Response[CalendarView]:
        """Replace a whole calendar."""
        await jobs.change_calendar(calendar_id, lambda _: data, await db.now(), version_in(if_match))
        return _tagged(await _read(calendar_id))

    @patch("/{calendar_id:str}")
    async def change(self, calendar_id: str, data: dict[str, Any], if_match: IfMatch = None) -> Response[CalendarView]:
        """Change some fields, as a JSON merge patch: a list is replaced whole, null takes a field to its default."""

        def patched(calendar: Calendar) -> Calendar:
            return convert(merge(msgspec.to_builtins(calendar), data), Calendar)

        await jobs.change_calendar(calendar_id, patched, await db.now(), version_in(if_match))
        return _tagged(await _read(calendar_id))

    @delete("/{calendar_id:str}")
    async def remove(self, calendar_id: str) -> None:
        """Delete a calendar that no job uses."""
        await calendars.delete(calendar_id, await db.now())

    @get("/{calendar_id:str}/days", dependencies={"asked": Provide(DaysQuery, sync_to_thread=False)})
    async def days(self, calendar_id: str, asked: DaysQuery) -> list[DayView]:
        """What a calendar makes of each day."""
        zone = zone_name(asked.timezone)
        days = asked.days()
        calendar = calendars.definition_of(await calendars.find(calendar_id))
        return [DayView(day, day_name(calendar, day, zone), is_business_day(calendar, day, zone)) for day in days]


def _day(field: str, text: str) -> date:
    day = day_of(text)
    if day is None:
        raise invalid(field, no_day(text), "date")
    return day


async def _read(calendar_id: str) -> CalendarView:
    return _view(CalendarView, await calendars.find(calendar_id))


def _entry(row: Mapping[str, Any]) -> CalendarEntry:
    return _view(CalendarEntry, row)


def _view(into: Any, row: Mapping[str, Any]) -> Any:
    """A row as that view; what only a row says is taken from it, the rest from the calendar it stands for."""
    calendar = calendars.definition_of(row)
    fields = into.__struct_fields__
    return into(**{name: row[name] if name in row else getattr(calendar, name) for name in fields})


def _tagged(calendar: CalendarView) -> Response[CalendarView]:
    return Response(calendar, headers={"ETag": etag(calendar.version)})
