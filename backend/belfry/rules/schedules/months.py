"""The days of one month that a cron rule allows, as bits: bit n for day n."""

from calendar import monthrange
from functools import lru_cache

from belfry.rules.schedules.cron import Cron, cron_of
from belfry.rules.schedules.fields import Field


def days_of_month(rule: str, year: int, month: int) -> int:
    """The days on which the normalised cron `rule` fires at some time of the wall clock."""
    if month not in cron_of(rule).month.values:
        return 0
    monday_is_0, length = monthrange(year, month)
    return _days(rule, (monday_is_0 + 1) % 7, length)


@lru_cache(maxsize=16_384)
def _days(rule: str, first: int, length: int) -> int:
    """Those of a month of `length` days whose first is the weekday `first`, from Sunday, which is 0."""
    return sum(1 << day for day in _allowed(cron_of(rule), first, length))


def _allowed(cron: Cron, first: int, length: int) -> set[int]:
    month = range(1, length + 1)
    by_date = {day for day in month if day in cron.day.values} | _marked(cron.day, first, length)
    by_week = {day for day in month if (first + day - 1) % 7 in cron.weekday.values} | _nth(cron.weekday, first, length)
    return by_date & by_week if cron.day.star or cron.weekday.star else by_date | by_week


def _marked(field: Field, first: int, length: int) -> set[int]:
    """`L` and `L-3`, `15W` and `LW`, `W#2` and `W#-2`."""
    workdays = [day for day in range(1, length + 1) if (first + day - 1) % 7 not in (0, 6)]
    return {day for mark in field.marks for day in _marked_by(mark, workdays, length)}


def _marked_by(mark: str, workdays: list[int], length: int) -> list[int]:
    kind, _, number = mark.partition("#")
    if kind == "W":
        place = int(number) - 1 if int(number) > 0 else int(number)
        return workdays[place:][:1] if -len(workdays) <= place else []
    if mark == "LW":
        return workdays[-1:]
    if mark.startswith("L"):
        return [day for day in [length + int(mark[1:] or 0)] if day > 0]
    wanted = int(mark.removesuffix("W"))
    return [min(workdays, key=lambda day: (abs(day - wanted), day))] if wanted <= length else []


def _nth(field: Field, first: int, length: int) -> set[int]:
    """`5L`, `5#2` and `5#-2`."""
    found: set[int] = set()
    for mark in field.marks:
        weekday, number = int(mark[0]), int(mark[2:] or -1)
        days = [day for day in range(1, length + 1) if (first + day - 1) % 7 == weekday]
        found |= set(days[number - 1 : number] if number > 0 else days[number:][:1] if -number <= len(days) else [])
    return found
