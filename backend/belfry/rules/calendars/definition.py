"""A calendar as people write it: public holidays, dates, weekly hours, blackouts and an iCalendar file."""

from datetime import datetime

import msgspec


class HolidayRule(msgspec.Struct, frozen=True, cache_hash=True, kw_only=True, forbid_unknown_fields=True):
    """The holidays of a country (ISO 3166-1, two letters), or of one of its parts, that are of these categories."""

    country: str
    subdivision: str | None = None
    categories: tuple[str, ...] = ("public",)


class DateEntry(msgspec.Struct, frozen=True, cache_hash=True, kw_only=True, forbid_unknown_fields=True):
    """A day, or the days from `date` to `to` inclusive, in ISO 8601; every year when `yearly`."""

    date: str
    to: str | None = None
    yearly: bool = False
    name: str = ""


class WeeklyHours(msgspec.Struct, frozen=True, cache_hash=True, kw_only=True, forbid_unknown_fields=True):
    """Hours of these weekdays on the wall clock, `to` exclusive; a `to` before `from` is on the next day."""

    days: tuple[str, ...]
    start: str = msgspec.field(name="from")
    end: str = msgspec.field(name="to")


class Blackout(msgspec.Struct, frozen=True, cache_hash=True, kw_only=True, forbid_unknown_fields=True):
    """One span of time, `from` inclusive, `to` exclusive; both carry an offset."""

    start: datetime = msgspec.field(name="from")
    end: datetime = msgspec.field(name="to")
    name: str = ""


class Calendar(msgspec.Struct, frozen=True, cache_hash=True, kw_only=True, forbid_unknown_fields=True):
    """All that a calendar covers. Also the request body that makes or edits one. `icalendar` is the text of an .ics."""

    id: str | None = None
    name: str
    description: str = ""
    holidays: tuple[HolidayRule, ...] = ()
    dates: tuple[DateEntry, ...] = ()
    weekly: tuple[WeeklyHours, ...] = ()
    blackouts: tuple[Blackout, ...] = ()
    icalendar: str | None = None
