"""Dates, times and durations of iCalendar, on the wall clock of the zone they are written in."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import msgspec

from belfry.ground.errors import Invalid
from belfry.rules.calendars import windows
from belfry.rules.calendars.lines import Property
from belfry.rules.calendars.recurring import Unreadable
from belfry.rules.schedules.zones import instant_of, wall_of, zone_name

YEARS = range(1600, 2501)
_MOMENT = re.compile(r"([0-9]{8})(?:T([0-9]{6})(Z?))?", re.IGNORECASE)
_DURATION = re.compile(
    r"([+-]?)P(?=.)(?:([0-9]{1,5})W)?(?:([0-9]{1,5})D)?(?:T(?=.)(?:([0-9]{1,5})H)?(?:([0-9]{1,5})M)?(?:([0-9]{1,5})S)?)?"
)


class Moment(msgspec.Struct, frozen=True):
    """A wall time, meant in every zone alike when `zone` is None. `is_day`: only a date is given."""

    wall: datetime
    zone: str | None = None
    is_day: bool = False

    def at(self, zone: str | None) -> datetime:
        """What the clocks of `zone` show then."""
        if self.zone is None or zone is None or self.zone == zone:
            return self.wall
        return wall_of(instant_of(self.wall, self.zone, 0)[0], zone)


def moments(given: Property) -> list[Moment]:
    """The moments of a DTSTART, DTEND, EXDATE, RDATE or RECURRENCE-ID; raises Unreadable."""
    zone = _zone(given.parameters["TZID"]) if "TZID" in given.parameters else None
    return [_moment(word, zone) for word in given.value.split(",")]


def last_day(until: str, start: Moment) -> date | None:
    """The last day on which an event that repeats until then may start; None for one so late that it is no bound."""
    if until.startswith("9"):
        return None
    limit = _moment(until, None)
    wall = limit.at(start.zone)
    return wall.date() if limit.is_day or start.wall.time() <= wall.time() else wall.date() - timedelta(days=1)


def duration(text: str) -> timedelta:
    """A DURATION; raises Unreadable, also for one that is negative."""
    found = _DURATION.fullmatch(text.upper())
    if not found or found[1] == "-":
        raise Unreadable(f"DURATION {text[:40]!r} must be such as PT1H30M or P1D")
    weeks, days, hours, minutes, seconds = (int(number or 0) for number in found.groups()[1:])
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def _moment(text: str, zone: str | None) -> Moment:
    found = _MOMENT.fullmatch(text.strip())
    if not found:
        raise Unreadable(f"{text[:40]!r} must be such as 20271224, 20271224T180000 or 20271224T180000Z")
    try:
        wall = datetime.strptime(found[1] + (found[2] or "000000"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise Unreadable(f"{text[:40]} is no date and time that exists") from error
    if wall.year not in YEARS:
        raise Unreadable(f"the year {wall.year} is out of range, it takes {YEARS[0]} to {YEARS[-1]}")
    if not found[2]:
        return Moment(wall.replace(tzinfo=None), None, True)
    return Moment(wall.replace(tzinfo=None), "UTC" if found[3] else zone)


def _zone(text: str) -> str:
    """The zone a TZID names; some programs put their own name before it, as in /example.org/Europe/Berlin."""
    if text in windows.ZONES:
        return windows.ZONES[text]
    words = text.split("/")
    tails = ["/".join(words[start:]) for start in range(1, len(words))] if text.startswith("/") else []
    for tail in tails:
        with suppress(Invalid):
            return zone_name(tail)
    try:
        return zone_name(text)
    except Invalid as error:
        raise Unreadable(f"TZID {error.errors[0].message}") from error
