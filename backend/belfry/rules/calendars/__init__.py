"""Calendars: what they cover on the wall clock of a zone, and whether a job may run then.

A calendar is a value that `check` has passed. Keep it while you ask much: what is found out about it is kept with it.
Instants are aware and of the years 1890 to 9900, zones IANA names as `schedules` spells them.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from belfry.rules.calendars.checking import check, day_of, id_from, no_day
from belfry.rules.calendars.countries import Country, countries
from belfry.rules.calendars.covered import days_off, hours, spans, whole_days
from belfry.rules.calendars.definition import Blackout, Calendar, DateEntry, HolidayRule, WeeklyHours
from belfry.rules.schedules.zones import instant_of

__all__ = [
    "Blackout",
    "Calendar",
    "Country",
    "DateEntry",
    "HolidayRule",
    "Shift",
    "Use",
    "WeeklyHours",
    "allows",
    "check",
    "countries",
    "covering",
    "day_name",
    "day_of",
    "id_from",
    "is_business_day",
    "next_business_day",
    "no_day",
    "previous_business_day",
]

Use = Literal["never", "only"]
"""How a job uses a calendar: it never runs inside, or only inside."""

Shift = Literal["skip", "next", "previous"]
"""What becomes of an instant that a calendar forbids: skipped, or moved to the next or previous business day."""

FURTHEST_DAYS = 31
"""So far a business day is looked for."""

_DAY = timedelta(days=1)


def covering(calendar: Calendar, instant: datetime, zone: str) -> str | None:
    """What of the calendar covers the instant where the clocks of `zone` are kept; None when nothing does.

    Whole days come first, then blackouts and events, then weekly hours.
    """
    wall = instant.astimezone(ZoneInfo(zone))
    named = whole_days(calendar, wall.year).get(wall.date())
    if named is not None:
        return named
    span = spans(calendar, zone, wall.year).around(instant)
    if span:
        return span.name
    minute = wall.hour * 60 + wall.minute
    is_within = any(start <= minute < end for start, end in hours(calendar)[wall.weekday()])
    return "weekly hours" if is_within else None


def allows(calendar: Calendar, use: Use, instant: datetime, zone: str) -> str | None:
    """Why a job may not run then, in words such as `Christmas Day` or `outside Working hours`; None if it may."""
    covered_by = covering(calendar, instant, zone)
    if use == "never":
        return covered_by
    return f"outside {calendar.name}" if covered_by is None else None


def day_name(calendar: Calendar, day: date, zone: str) -> str | None:
    """What covers the whole day where the clocks of `zone` are kept: a holiday, dates, events or blackouts."""
    named = whole_days(calendar, day.year).get(day)
    if named is not None:
        return named
    start, end = (instant_of(datetime.combine(each, datetime.min.time()), zone, 0)[0] for each in (day, day + _DAY))
    first, reached = None, start
    while span := spans(calendar, zone, day.year).around(reached):
        first, reached = first or span.name, span.end
        if reached >= end:
            return first
    return None


def is_business_day(calendar: Calendar, day: date, zone: str) -> bool:
    """Whether the day is on no weekend (of the calendar's countries) and nothing covers the whole of it.

    Weekly hours do not count. A weekend day that a country has made a working day is a business day.
    """
    return day not in days_off(calendar, day.year) and day_name(calendar, day, zone) is None


def next_business_day(calendar: Calendar, day: date, zone: str) -> date | None:
    """The first business day after `day`; None when there is none within 31 days."""
    return _first_of((day + place * _DAY for place in range(1, FURTHEST_DAYS + 1)), calendar, zone)


def previous_business_day(calendar: Calendar, day: date, zone: str) -> date | None:
    """The last business day before `day`; None when there is none within 31 days."""
    return _first_of((day - place * _DAY for place in range(1, FURTHEST_DAYS + 1)), calendar, zone)


def _first_of(days: Iterable[date], calendar: Calendar, zone: str) -> date | None:
    return next((day for day in days if is_business_day(calendar, day, zone)), None)
