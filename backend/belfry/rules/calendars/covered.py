"""What a calendar covers, year by year: whole days by their names, and spans of time."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import msgspec

from belfry.rules.calendars import icalendar
from belfry.rules.calendars.countries import holiday_year
from belfry.rules.calendars.definition import Calendar, DateEntry
from belfry.rules.schedules.zones import instant_of

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)
_MARGIN = timedelta(days=2)
"""More than any zone is away from UTC."""

Hours = tuple[tuple[int, int], ...]
"""Spans of one weekday, in minutes since midnight."""


class Span(msgspec.Struct, frozen=True, order=True):
    """From one instant to another, the latter exclusive, and what it is called."""

    start: datetime
    end: datetime
    name: str


class Spans(msgspec.Struct, frozen=True):
    """Spans that do not overlap, ascending, and where each of them starts."""

    starts: tuple[datetime, ...]
    spans: tuple[Span, ...]

    def around(self, instant: datetime) -> Span | None:
        """The span that holds the instant."""
        place = bisect_right(self.starts, instant)
        return self.spans[place - 1] if place and instant < self.spans[place - 1].end else None


@lru_cache(maxsize=512)
def whole_days(calendar: Calendar, year: int) -> Mapping[date, str]:
    """The days of the year that are covered as a whole, by name: first come holidays, then dates, then events."""
    named: dict[date, str] = {}
    for rule in calendar.holidays:
        named = {**holiday_year(rule, year).names, **named}
    start, end = date(year, 1, 1), date(year, 12, 31)
    for first, last, name in [*_dated(calendar, year), *_whole_events(calendar, year)]:
        day = max(first, start)
        while day <= min(last, end):
            named.setdefault(day, name)
            day += _DAY
    return named


@lru_cache(maxsize=512)
def spans(calendar: Calendar, zone: str, year: int) -> Spans:
    """Blackouts and timed events that touch the year on the clocks of `zone`; where they overlap, the earlier."""
    opening, closing = datetime(year, 1, 1, tzinfo=UTC) - _MARGIN, datetime(year, 12, 31, tzinfo=UTC) + _MARGIN
    apart: list[Span] = []
    for span in sorted([*_blackouts(calendar), *_timed_events(calendar, zone, year)]):
        start = max(span.start, apart[-1].end) if apart else span.start
        if start < span.end and span.end > opening and start < closing:
            apart.append(Span(start, span.end, span.name))
    return Spans(tuple(span.start for span in apart), tuple(apart))


@lru_cache(maxsize=512)
def hours(calendar: Calendar) -> tuple[Hours, ...]:
    """The weekly hours of each weekday, Monday first; those over midnight are parted at it."""
    found: list[list[tuple[int, int]]] = [[] for _ in DAYS]
    for weekly in calendar.weekly:
        start, end = minutes(weekly.start), minutes(weekly.end)
        for day in (DAYS.index(name) for name in weekly.days):
            found[day].append((start, end if end > start else 1440))
            if end <= start:
                found[(day + 1) % 7].append((0, end))
    return tuple(tuple(sorted(day)) for day in found)


@lru_cache(maxsize=2048)
def days_off(calendar: Calendar, year: int) -> frozenset[date]:
    """The weekend days of the year in the countries of the calendar; Saturdays and Sundays when it names none."""
    if calendar.holidays:
        return frozenset[date]().union(*(holiday_year(rule, year).weekend for rule in calendar.holidays))
    start = date(year, 1, 1).toordinal()
    days = (date.fromordinal(start + place) for place in range(366))
    return frozenset(day for day in days if day.year == year and day.weekday() >= 5)


def minutes(time: str) -> int:
    """The minutes since midnight at `HH:MM`."""
    return int(time[:2]) * 60 + int(time[3:])


def _dated(calendar: Calendar, year: int) -> Iterator[tuple[date, date, str]]:
    for entry in calendar.dates:
        first = date.fromisoformat(entry.date)
        last = date.fromisoformat(entry.to or entry.date)
        if entry.yearly:
            for opening in (year - 1, year):
                yield (
                    _on_or_after(first, opening),
                    _on_or_before(last, opening + last.year - first.year),
                    _called(entry),
                )
        else:
            yield first, last, _called(entry)


def _called(entry: DateEntry) -> str:
    return entry.name.strip() or (f"{entry.date} to {entry.to}" if entry.to else entry.date)


def _on_or_after(day: date, year: int) -> date:
    """That day in another year; 1 March where there is no 29 February."""
    return date(year, 3, 1) if _is_leap_day_lost(day, year) else day.replace(year=year)


def _on_or_before(day: date, year: int) -> date:
    """That day in another year; 28 February where there is no 29 February."""
    return date(year, 2, 28) if _is_leap_day_lost(day, year) else day.replace(year=year)


def _is_leap_day_lost(day: date, year: int) -> bool:
    return (day.month, day.day) == (2, 29) and (year % 4 != 0 or (year % 100 == 0 and year % 400 != 0))


def _whole_events(calendar: Calendar, year: int) -> Iterator[tuple[date, date, str]]:
    for event in _events(calendar):
        if event.start.is_day:
            first = date(year, 1, 1) - min(event.length, _longest_back(year))
            for start in event.starts(first, date(year, 12, 31)):
                yield start.date(), (start + event.length - _DAY).date(), event.name


def _timed_events(calendar: Calendar, zone: str, year: int) -> Iterator[Span]:
    for event in _events(calendar):
        if not event.start.is_day:
            first = date(year, 1, 1) - min(event.length, _longest_back(year)) - _MARGIN
            own = event.start.zone or zone
            for start in event.starts(first, date(year, 12, 31) + _MARGIN):
                yield Span(_instant(start, own), _instant(start + event.length, own), event.name)


def _longest_back(year: int) -> timedelta:
    """From the start of the year back to the first year that there is, with room."""
    return date(year, 1, 1) - date(2, 1, 1)


def _blackouts(calendar: Calendar) -> Iterator[Span]:
    for blackout in calendar.blackouts:
        yield Span(blackout.start.astimezone(UTC), blackout.end.astimezone(UTC), blackout.name.strip() or "blackout")


def _events(calendar: Calendar) -> tuple[icalendar.Event, ...]:
    return icalendar.read(calendar.icalendar).events if calendar.icalendar else ()


def _instant(wall: datetime, zone: str) -> datetime:
    return instant_of(wall, zone, 0)[0]
