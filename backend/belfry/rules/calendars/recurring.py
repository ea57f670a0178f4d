"""Recurrence rules of iCalendar events, period by period.

dateutil, which knows all of them, looks for the days of a rule that has none up to the year 9999, which takes it
seconds: too long for a file that anybody may send. Here every search is bounded; tests compare the two.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Literal

import msgspec

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LARGEST_COUNT = 10_000
LONGEST_SEARCH = 20_000
"""So many days are looked at, at most, to find the last one that a COUNT names."""

_HORIZON = date(2600, 12, 31)
_PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYDAY", "BYSETPOS"}
_DAY = re.compile(r"([+-]?[1-9][0-9]?)?(MO|TU|WE|TH|FR|SA|SU)")

Frequency = Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
_FREQUENCIES: dict[str, Frequency] = {"DAILY": "DAILY", "WEEKLY": "WEEKLY", "MONTHLY": "MONTHLY", "YEARLY": "YEARLY"}


class Unreadable(Exception):
    """Why a text is no iCalendar, in words."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """An RRULE in days. `weekdays` holds pairs of n-th (0: every) and weekday, Monday being 0.

    `until` is as it is written; `last` is the day that COUNT ends with; `effort` is about how many days are looked at
    to find those of a year.
    """

    frequency: Frequency
    interval: int = 1
    until: str | None = None
    last: date | None = None
    effort: int = 0
    week_start: int = 0
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    year_days: tuple[int, ...] = ()
    weekdays: tuple[tuple[int, int], ...] = ()
    positions: tuple[int, ...] = ()


def read(text: str, start: date) -> Rule:
    """The rule of an event whose first day is `start`; raises Unreadable."""
    parts = _parts(text)
    frequency = _FREQUENCIES.get(parts.get("FREQ", ""))
    if frequency is None:
        raise Unreadable(f"FREQ must be one of {', '.join(_FREQUENCIES)}")
    week_start = parts.get("WKST", "MO")
    if week_start not in WEEKDAYS:
        raise Unreadable(f"WKST must be one of {', '.join(WEEKDAYS)}")
    rule = Rule(
        frequency=frequency,
        interval=_number(parts, "INTERVAL", 1, 1000) or 1,
        until=parts.get("UNTIL"),
        week_start=WEEKDAYS.index(week_start),
        months=_numbers(parts, "BYMONTH", 1, 12, signed=False),
        month_days=_numbers(parts, "BYMONTHDAY", 1, 31),
        year_days=_numbers(parts, "BYYEARDAY", 1, 366),
        weekdays=_weekdays(parts),
        positions=_numbers(parts, "BYSETPOS", 1, 366),
    )
    if frequency in ("DAILY", "WEEKLY") and any(nth for nth, _ in rule.weekdays):
        raise Unreadable(f"BYDAY with a number goes with FREQ MONTHLY or YEARLY, not {frequency}")
    return _counted(_completed(rule, start), start, _number(parts, "COUNT", 1, LARGEST_COUNT))


def days(rule: Rule, start: date, first: date, last: date) -> Iterator[date]:
    """The days of the rule with first ≤ day ≤ last, ascending; the rule counts its periods from `start`."""
    opening, closing = max(first, start), min(last, rule.last or last)
    for candidates in _periods(rule, start, opening, closing):
        yield from (day for day in _chosen(rule, candidates) if opening <= day <= closing)


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.upper().rstrip(";").split(";"):
        name, is_pair, value = part.partition("=")
        if not is_pair or not value:
            raise Unreadable(f"{part[:40]!r} is no NAME=value")
        if name not in _PARTS:
            raise Unreadable(f"{name[:40]} is not understood here; known: {', '.join(sorted(_PARTS))}")
        if name in parts:
            raise Unreadable(f"{name} is given twice")
        parts[name] = value
    return parts


def _number(parts: dict[str, str], name: str, low: int, high: int) -> int | None:
    if name not in parts:
        return None
    numbers = _numbers(parts, name, low, high, signed=False)
    if len(numbers) != 1:
        raise Unreadable(f"{name} must be one number")
    return numbers[0]


def _numbers(parts: dict[str, str], name: str, low: int, high: int, signed: bool = True) -> tuple[int, ...]:
    """The numbers of a part, ascending; their size lies between `low` and `high`."""
    if name not in parts:
        return ()
    words = parts[name].split(",")
    sign = "[+-]?" if signed else ""
    if not all(re.fullmatch(sign + "[0-9]{1,5}", word) and low <= abs(int(word)) <= high for word in words):
        either = f" or -{high} to -{low}" if signed else ""
        raise Unreadable(f"{name}={parts[name][:40]} must be {low} to {high}{either}")
    return tuple(sorted({int(word) for word in words}))


def _weekdays(parts: dict[str, str]) -> tuple[tuple[int, int], ...]:
    if "BYDAY" not in parts:
        return ()
    found = [_DAY.fullmatch(word) for word in parts["BYDAY"].split(",")]
    if not all(found):
        raise Unreadable(f"BYDAY={parts['BYDAY'][:40]} must be weekdays such as MO, 2TU or -1FR")
    return tuple(sorted({(int(each[1] or 0), WEEKDAYS.index(each[2])) for each in found if each}))


def _completed(rule: Rule, start: date) -> Rule:
    """The rule with what its start says and it leaves out."""
    if rule.month_days or rule.year_days or rule.weekdays:
        return rule
    if rule.frequency == "WEEKLY":
        return msgspec.structs.replace(rule, weekdays=((0, start.weekday()),))
    if rule.frequency == "MONTHLY":
        return msgspec.structs.replace(rule, month_days=(start.day,))
    if rule.frequency == "YEARLY":
        return msgspec.structs.replace(rule, months=rule.months or (start.month,), month_days=(start.day,))
    return rule


def _counted(rule: Rule, start: date, count: int | None) -> Rule:
    """The rule with its last day, and with what it costs."""
    months = len(rule.months) if rule.frequency == "YEARLY" and rule.months else 12
    effort = 31 * months // rule.interval + 1
    if count is None:
        return msgspec.structs.replace(rule, effort=effort)
    looked = found = 0
    for candidates in _periods(rule, start, start, _HORIZON):
        looked += len(candidates)
        for day in _chosen(rule, candidates):
            found += day >= start
            if found == count:
                return msgspec.structs.replace(rule, last=day, effort=effort + looked)
        if looked > LONGEST_SEARCH:
            raise Unreadable(f"COUNT={count} ends on no day that is found soon; end the rule by UNTIL")
    return msgspec.structs.replace(rule, effort=effort + looked)


def _periods(rule: Rule, start: date, first: date, last: date) -> Iterator[list[date]]:
    """The days of each period that the rule visits, from the one of or before `first` to the one of `last`."""
    number, days_of = _PERIODS[rule.frequency]
    origin = number(rule, start)
    steps = (number(rule, first) - origin) // rule.interval
    for period in range(origin + steps * rule.interval, number(rule, last) + 1, rule.interval):
        yield days_of(rule, period)


def _week_number(rule: Rule, day: date) -> int:
    return (day.toordinal() - 1 - rule.week_start) // 7


def _week(rule: Rule, number: int) -> list[date]:
    monday = number * 7 + 1 + rule.week_start
    return [date.fromordinal(monday + place) for place in range(7)]


def _month(number: int) -> list[date]:
    year, month = divmod(number, 12)
    return [date(year, month + 1, day) for day in range(1, monthrange(year, month + 1)[1] + 1)]


def _year(rule: Rule, year: int) -> list[date]:
    months = rule.months or range(1, 13)
    return [day for month in months for day in _month(year * 12 + month - 1)]


_PERIODS: dict[Frequency, tuple[Callable[[Rule, date], int], Callable[[Rule, int], list[date]]]] = {
    "DAILY": (lambda _, day: day.toordinal(), lambda _, number: [date.fromordinal(number)]),
    "WEEKLY": (_week_number, _week),
    "MONTHLY": (lambda _, day: day.year * 12 + day.month - 1, lambda _, number: _month(number)),
    "YEARLY": (lambda _, day: day.year, _year),
}


def _chosen(rule: Rule, candidates: list[date]) -> list[date]:
    """The days of a period that the rule lets through."""
    through = [day for day in candidates if _fits(rule, day)]
    if not rule.positions:
        return through
    size = len(through)
    places = {place - 1 if place > 0 else size + place for place in rule.positions}
    return [day for place, day in enumerate(through) if place in places]


def _fits(rule: Rule, day: date) -> bool:
    return (
        (not rule.months or day.month in rule.months)
        and (not rule.month_days or _is_one(day.day, monthrange(day.year, day.month)[1], rule.month_days))
        and (not rule.year_days or _is_one(_day_of_year(day), _length_of_year(day), rule.year_days))
        and (not rule.weekdays or any(_is_weekday(rule, day, nth, weekday) for nth, weekday in rule.weekdays))
    )


def _is_one(number: int, of: int, wanted: tuple[int, ...]) -> bool:
    """Whether the number is wanted, counted from the start or (negative) from the end."""
    return number in wanted or number - of - 1 in wanted


def _is_weekday(rule: Rule, day: date, nth: int, weekday: int) -> bool:
    if day.weekday() != weekday or nth == 0:
        return day.weekday() == weekday
    if rule.frequency == "MONTHLY" or rule.months:
        number, of = day.day, monthrange(day.year, day.month)[1]
    else:
        number, of = _day_of_year(day), _length_of_year(day)
    return nth == ((number - 1) // 7 + 1 if nth > 0 else -((of - number) // 7 + 1))


def _day_of_year(day: date) -> int:
    return (day - date(day.year, 1, 1)).days + 1


def _length_of_year(day: date) -> int:
    return (date(day.year + 1, 1, 1) - date(day.year, 1, 1)) // timedelta(days=1)
