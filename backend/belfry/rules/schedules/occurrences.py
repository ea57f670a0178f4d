"""When a recurrence rule occurs on the wall clock.

dateutil says which days of a year the rule names. Which years, months, weeks, days and seconds its interval meets is
arithmetic, so that a day far from the start costs no more than one beside it.
"""

from calendar import isleap, monthrange
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import msgspec
from dateutil.rrule import YEARLY as EACH_YEAR
from dateutil.rrule import rrule, weekday

from belfry.rules.schedules.parts import (
    DAILY,
    HOURLY,
    MINUTELY,
    MONTHLY,
    SECONDLY,
    UNIT_SECONDS,
    WEEKLY,
    YEARLY,
    Numbers,
    Part,
    Parts,
    read_moment,
    read_part,
    read_parts,
)

COUNTED_YEARS = 100
_SEARCHED_MONTHS = 50 * 12
_DAY_SECONDS = 86_400
_FEW = 64
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


class Occurrences(msgspec.Struct, frozen=True):
    """A rule with all that its start fills in, and that start."""

    rule: str
    parts: Parts
    start: datetime

    @property
    def first(self) -> int:
        """Which hour, minute or second of its day it starts in, as FREQ counts them."""
        return (self.start - midnight(self.start)) // _SECOND // UNIT_SECONDS[self.parts.freq]

    @property
    def steady(self) -> bool:
        """Whether every day it comes on has the same times."""
        return self.parts.freq <= DAILY and (self.parts.freq == DAILY or not self.parts.bysetpos)


@lru_cache(maxsize=4096)
def occurrences(rule: str) -> Occurrences:
    """The canonical text `DTSTART:… RRULE:…` as what is computed."""
    start_text, _, text = rule.partition(" RRULE:")
    moment = start_text.removeprefix("DTSTART:")
    start = read_moment(Part("DTSTART", moment, 0), moment)
    parts = read_parts([read_part(part, 0) for part in text.split(";")], 0)
    return Occurrences(rule, _filled(parts, start), start)


def _filled(parts: Parts, start: datetime) -> Parts:
    """What the rule leaves open, RFC 5545 takes from the start."""
    filled: dict[str, object] = {}
    if not (parts.byweekno or parts.byyearday or parts.bymonthday or parts.byday):
        filled |= {"bymonthday": (start.day,)} if parts.freq <= MONTHLY else {}
        filled |= {"byday": ((start.weekday(), 0),)} if parts.freq == WEEKLY else {}
        filled |= {"bymonth": parts.bymonth or (start.month,)} if parts.freq == YEARLY else {}
    filled |= {"byhour": (start.hour,)} if parts.freq < HOURLY and not parts.byhour else {}
    filled |= {"byminute": (start.minute,)} if parts.freq < MINUTELY and not parts.byminute else {}
    filled |= {"bysecond": (start.second,)} if parts.freq < SECONDLY and not parts.bysecond else {}
    return msgspec.structs.replace(parts, **filled)


def next_wall(rule: str, wall: datetime) -> datetime | None:
    """The first wall time later than `wall`; None when there is none in the next 50 years."""
    found = _next_unended(occurrences(rule), wall)
    end = last_wall(rule)
    return None if found is None or (end is not None and found > end) else found


@lru_cache(maxsize=4096)
def last_wall(rule: str) -> datetime | None:
    """UNTIL, or the wall time at which COUNT is reached; None without them, or when 100 years don't reach it."""
    those = occurrences(rule)
    if not those.parts.count:
        return those.parts.until
    left, start = those.parts.count, those.start
    for day in _days_from(rule, start.date(), COUNTED_YEARS * 12):
        seconds = seconds_of_day(rule, day)
        if day == start.date():
            seconds &= -1 << (start - midnight(day)) // _SECOND
        if left <= seconds.bit_count():
            return midnight(day) + bits_of(seconds)[left - 1] * _SECOND
        left -= seconds.bit_count()
    return None


def _next_unended(those: Occurrences, wall: datetime) -> datetime | None:
    since = those.start if wall < those.start else wall + _SECOND
    for day in _days_from(those.rule, since.date(), _SEARCHED_MONTHS):
        seconds = seconds_of_day(those.rule, day)
        if day == since.date():
            seconds &= -1 << (since - midnight(day)) // _SECOND
        if seconds:
            return midnight(day) + _lowest(seconds)
    return None


def _days_from(rule: str, day: date, months: int) -> Iterator[date]:
    first = day.year * 12 + day.month - 1
    for number in range(first, min(first + months, 9999 * 12)):
        year, month = number // 12, number % 12 + 1
        days = days_of_month(rule, year, month)
        yield from (date(year, month, n) for n in bits_of(days if number > first else days & -1 << day.day))


def _lowest(seconds: int) -> timedelta:
    return ((seconds & -seconds).bit_length() - 1) * _SECOND


def midnight(day: date) -> datetime:
    """The first wall time of the day."""
    return datetime.combine(day, time())


def bits_of(number: int) -> list[int]:
    """The places of its bits, from the lowest, which is 0."""
    return [place for place, bit in enumerate(reversed(f"{number:b}")) if bit == "1"]


@lru_cache(maxsize=16_384)
def days_of_month(rule: str, year: int, month: int) -> int:
    """The days the rule comes on, before and after its ends too, as bits: bit n for day n."""
    parts, start = occurrences(rule).parts, occurrences(rule).start
    first = date(year, month, 1)
    named = _days_of_year(rule, _like(year)) >> first.timetuple().tm_yday - 1
    in_month = named & (1 << monthrange(year, month)[1]) - 1
    return sum(1 << n + 1 for n in bits_of(in_month) if _in_interval(parts, start, first + n * _DAY))


def _in_interval(parts: Parts, start: datetime, day: date) -> bool:
    if parts.freq == YEARLY:
        return (day.year - start.year) % parts.interval == 0
    if parts.freq == MONTHLY:
        return (day.year * 12 + day.month - start.year * 12 - start.month) % parts.interval == 0
    if parts.freq == WEEKLY:
        return (_week(parts, day) - _week(parts, start)) % parts.interval == 0
    return parts.freq > DAILY or (day.toordinal() - start.toordinal()) % parts.interval == 0


def _week(parts: Parts, day: date) -> int:
    return (day.toordinal() - 1 - parts.wkst) // 7


@lru_cache(maxsize=1024)
def _like(year: int) -> int:
    """The latest year with the same calendar, weeks and all; dateutil, which finds nothing, gives up after 9999."""
    return max(like for like in range(9972, 10_000) if _calendar(like) == _calendar(year))


def _calendar(year: int) -> tuple[int, bool, bool]:
    return date(year, 1, 1).weekday(), isleap(year), isleap(year - 1)


@lru_cache(maxsize=16_384)
def _days_of_year(rule: str, year: int) -> int:
    """The days that dateutil finds in a year, as bits, whatever the interval; its first day is bit 0."""
    parts = occurrences(rule).parts
    first = date(year, 1, 1).toordinal()
    plain = [weekday(day) for day, place in parts.byday if not place]
    placed = [weekday(day, place) for day, place in parts.byday if place]
    found = 0
    for weekdays in [one for one in (plain, placed) if one] or [None]:
        found |= sum(1 << day.toordinal() - first for day in _dateutil(parts, year, weekdays))
    return found


def _dateutil(parts: Parts, year: int, weekdays: list[weekday] | None) -> rrule:
    """The days of a year; plain weekdays and counted ones one after the other, since dateutil wants both at once."""
    other = parts.byweekno or parts.byyearday or weekdays
    return rrule(
        EACH_YEAR,
        dtstart=midnight(date(year, 1, 1)),
        until=midnight(date(year, 12, 31)),
        wkst=parts.wkst,
        bymonth=parts.bymonth or (None if parts.freq == YEARLY else range(1, 13)),
        byweekno=parts.byweekno or None,
        byyearday=parts.byyearday or None,
        bymonthday=parts.bymonthday or (None if other else range(1, 32)),
        byweekday=weekdays,
        byhour=0,
        byminute=0,
        bysecond=0,
    )


def seconds_of_day(rule: str, day: date) -> int:
    """The seconds of a day the rule comes on, before and after its ends too, as the bits of one number of 86,400."""
    those = occurrences(rule)
    if those.steady:
        return times(rule)
    if those.parts.freq > DAILY:
        a_day = _DAY_SECONDS // UNIT_SECONDS[those.parts.freq]
        passed = (day.toordinal() - those.start.toordinal()) * a_day - those.first
        return _beats(rule, -passed % those.parts.interval)
    return _picked(rule, _days_beside(rule, day)[0]).get(day, 0)


@lru_cache(maxsize=512)
def times(rule: str) -> int:
    """The seconds the rule comes on within a day, or within the hour, minute or second its FREQ names, as bits."""
    parts, pattern = occurrences(rule).parts, 1
    for freq, numbers in _fields(parts):
        pattern *= _bits(numbers, freq) if parts.freq < freq else 1
    if parts.bysetpos and parts.freq >= DAILY:
        seconds = bits_of(pattern)
        return sum(1 << seconds[pick] for pick in _picks(parts, len(seconds)))
    return pattern


def _fields(parts: Parts) -> tuple[tuple[int, Numbers], ...]:
    return (HOURLY, parts.byhour), (MINUTELY, parts.byminute), (SECONDLY, parts.bysecond)


def _bits(numbers: Numbers | range, freq: int) -> int:
    return sum(1 << number * UNIT_SECONDS[freq] for number in numbers)


def _picks(parts: Parts, count: int) -> set[int]:
    """Which of so many, from 0, BYSETPOS takes."""
    return {place - 1 if place > 0 else count + place for place in parts.bysetpos if abs(place) <= count}


@lru_cache(maxsize=1024)
def _beats(rule: str, first: int) -> int:
    """The seconds of a day whose first hour, minute or second in the interval is the `first`."""
    parts = occurrences(rule).parts
    unit, allowed = UNIT_SECONDS[parts.freq], _allowed(rule)
    beats = range(first * unit, _DAY_SECONDS, parts.interval * unit)
    if len(beats) <= _FEW:
        return times(rule) * sum(1 << beat for beat in beats if allowed >> beat & 1)
    return times(rule) * (_comb(beats) & allowed)


@lru_cache(maxsize=256)
def _allowed(rule: str) -> int:
    """The starts of hours, minutes or seconds that BYHOUR, BYMINUTE and BYSECOND leave, as bits."""
    parts, allowed = occurrences(rule).parts, 1
    for freq, numbers in _fields(parts):
        allowed *= _bits(numbers or range(24 if freq == HOURLY else 60), freq) if parts.freq >= freq else 1
    return allowed


def _comb(places: range) -> int:
    """A bit at each of the places."""
    bits, width = 1, places.step
    while width < _DAY_SECONDS:
        bits, width = bits | bits << width, width * 2
    return bits << places.start & (1 << _DAY_SECONDS) - 1


@lru_cache(maxsize=64)
def _picked(rule: str, first: date) -> dict[date, int]:
    """The seconds BYSETPOS takes, by day, out of the week, month or year whose first day is the `first`."""
    parts, days, seconds = occurrences(rule).parts, _days_beside(rule, first), _times_listed(rule)
    found: dict[date, int] = {}
    for pick in _picks(parts, len(days) * len(seconds)):
        day = days[pick // len(seconds)]
        found[day] = found.get(day, 0) | 1 << seconds[pick % len(seconds)]
    return found


@lru_cache(maxsize=64)
def _times_listed(rule: str) -> list[int]:
    return bits_of(times(rule))


def _days_beside(rule: str, day: date) -> list[date]:
    """The days the rule names in the week, month or year of `day`."""
    parts = occurrences(rule).parts
    if parts.freq == WEEKLY:
        week = [day + (n - (day.weekday() - parts.wkst) % 7) * _DAY for n in range(7)]
        return [one for one in week if days_of_month(rule, one.year, one.month) >> one.day & 1]
    months = [day.month] if parts.freq == MONTHLY else range(1, 13)
    return [date(day.year, month, n) for month in months for n in bits_of(days_of_month(rule, day.year, month))]
