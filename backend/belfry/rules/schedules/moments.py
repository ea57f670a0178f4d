"""Dates and instants that words name, some of them seen from the instant at which they were written."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta

import msgspec
from lark import Token, Tree

from belfry.rules.schedules.clocks import Clock
from belfry.rules.schedules.fields import MONTHS, WEEKDAYS
from belfry.rules.schedules.names import month, nth_of, number, pick, tokens_of, weekday
from belfry.rules.schedules.unclear import unclear
from belfry.rules.schedules.zones import wall_of

_EXACT = ("second", "minute", "hour")
_NEAR = {"TODAY": 0, "TOMORROW": 1, "OVERMORROW": 2}


class Ahead(msgspec.Struct, frozen=True):
    """`count` units after the instant at which it was written."""

    count: int
    unit: str
    clock: Clock | None = None

    @property
    def timed(self) -> bool:
        """Whether a time of day would say the time twice: days and longer keep the time at which it was written."""
        return self.clock is not None or self.unit in _EXACT

    def seen_from(self, said_at: datetime, zone: str) -> datetime:
        """The instant for seconds to hours, the wall time for days and longer; raises OverflowError."""
        start = said_at.astimezone(UTC).replace(microsecond=0)
        if self.unit in _EXACT:
            return start + timedelta(**{f"{self.unit}s": self.count})
        wall = wall_of(start, zone)
        if self.clock is not None:
            wall = wall.replace(hour=self.clock.hour, minute=self.clock.minute, second=self.clock.second)
        if self.unit in ("day", "week"):
            return wall + timedelta(**{f"{self.unit}s": self.count})
        months = wall.year * 12 + wall.month - 1 + self.count * (12 if self.unit == "year" else 1)
        year, month = months // 12, months % 12 + 1
        return wall.replace(year=year, month=month, day=min(wall.day, monthrange(year, month)[1]))


class Moment(msgspec.Struct, frozen=True):
    """A date, days ahead, the next weekday (`this` one may be today), or an instant; perhaps a time.

    An instant has an offset, or is on the clock of the zone.
    """

    day: date | None = None
    days_ahead: int = 0
    weekday: int | None = None
    this: bool = False
    instant: datetime | None = None
    clock: Clock | None = None

    @property
    def timed(self) -> bool:
        """Whether it names more than a date."""
        return self.instant is not None or self.clock is not None

    def seen_from(self, said_at: datetime, zone: str) -> datetime:
        """The instant, or the wall time, which has no offset; midnight when it names only a date."""
        if self.instant is not None:
            return self.instant
        clock = self.clock or Clock(0)
        return datetime.combine(self._day(wall_of(said_at, zone).date()), time(clock.hour, clock.minute, clock.second))

    def _day(self, today: date) -> date:
        if self.day is not None:
            return self.day
        ahead = self.days_ahead
        if self.weekday is not None:
            first = 0 if self.this else 1
            ahead = (self.weekday - today.isoweekday() - first) % 7 + first
        return today + timedelta(days=ahead)


def moment_of(tree: Tree[Token]) -> Moment:
    """The moment a tree names; raises Unclear for one that no calendar has."""
    tokens = tokens_of(tree)
    named = {token.type: token for token in tokens}
    if "NEXT" in named:
        return Moment(weekday=weekday(named["WEEKDAY"]), this=named["NEXT"].startswith("this"))
    if near := [_NEAR[kind] for kind in named if kind in _NEAR]:
        return Moment(days_ahead=near[0])
    if "YEAR" in named:
        day = nth_of(named["ORDINAL"]) if "ORDINAL" in named else number(named["NUMBER"])
        return Moment(date_of(int(named["YEAR"]), month(named["MONTH"]), day, tokens))
    found = _written(next(token for token in tokens if token.type in ("DATE", "INSTANT")))
    if "WEEKDAY" in named:
        _refuse_another_weekday(named["WEEKDAY"], found, tokens)
    return Moment(found.date()) if "DATE" in named else Moment(instant=found)


def date_of(year: int, month: int, day: int, tokens: list[Token]) -> date:
    """The date; raises Unclear, with the last day of the month, when there is none."""
    last = monthrange(year, month)[1]
    if not 1 <= day <= last:
        why = f"{MONTHS[month - 1]} {year} has no day {day}, it ends with the {last}th"
        raise unclear(tokens, why, f"{year}-{month:02}-{last:02}")
    return date(year, month, day)


def _written(token: Token) -> datetime:
    try:
        moment = datetime.fromisoformat(re.sub(" +", " ", token).upper())
    except ValueError as error:
        raise unclear([token], f"{token} is no date or time: {error}", *_last_of_its_month(token)) from error
    if not 1900 <= moment.year <= 9000:
        raise unclear([token], f"the year {moment.year} is out of range, it takes 1900 to 9000")
    return moment


def _last_of_its_month(text: str) -> list[str]:
    year, month = int(text[:4]), int(text[5:7])
    if not (1 <= month <= 12 and year):
        return []
    return [f"{text[:8]}{monthrange(year, month)[1]}{text[10:]}"]


def _refuse_another_weekday(token: Token, found: datetime, tokens: list[Token]) -> None:
    is_one = found.isoweekday() % 7
    if weekday(token) != is_one:
        why = f"{found:%Y-%m-%d} is a {WEEKDAYS[is_one]}, not a {WEEKDAYS[weekday(token)]}"
        near = [found + timedelta(days=shift) for shift in range(-3, 4)]
        right = next(day for day in near if day.isoweekday() % 7 == weekday(token))
        said = pick(tokens, "DATE", "INSTANT")[0][10:]
        raise unclear(
            [token, tokens[-1]], why, f"{WEEKDAYS[is_one]} {found:%Y-%m-%d}{said}", f"{token} {right:%Y-%m-%d}{said}"
        )
