"""The day fields of a cron rule, said in the day fields that croniter has."""

from collections.abc import Iterator

import msgspec

from belfry.rules.schedules.fields import WEEKDAY, Field

_LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Dates(msgspec.Struct, frozen=True):
    """Dates that croniter names by day AND weekday, how long their month is at least, and how many days before to fire.

    A fire that would fall into another month than its date is none.
    """

    day: str = "*"
    weekday: str = "*"
    days_before: int = 0
    month_length: int = 0


def dates(day: Field, month: Field, weekday: Field) -> Iterator[Dates]:
    """Day of month OR day of week, AND when one of them begins with `*`; what the months never have is left out."""
    if weekday.every:
        yield from _by_date(day, month)
    elif day.every:
        yield from _by_week(weekday)
    elif weekday.star:
        yield from (both for found in _by_date(day, month) if (both := _on_weekdays(found, weekday)))
    elif day.star:
        yield from (Dates(str(day), found.weekday) for found in _by_week(weekday))
    else:
        yield from _by_date(day, month)
        yield from _by_week(weekday)


def _by_date(field: Field, month: Field) -> Iterator[Dates]:
    longest = max(_LONGEST_MONTHS[number - 1] for number in month.values)
    if field.values and field.values[0] <= longest:
        yield Dates(_values(field))
    for mark in field.marks:
        yield from (found for found in _marked(mark) if found.month_length <= longest)


def _marked(mark: str) -> Iterator[Dates]:
    """`L` and `L-3`, `15W` and `LW`, `W#2` and `W#-2`."""
    kind, _, number = mark.partition("#")
    if kind == "W":
        yield from _workday(int(number))
    elif mark == "LW":
        yield Dates("31W")
    elif mark.startswith("L"):
        yield Dates("L", days_before=int(mark[2:] or 0), month_length=int(mark[2:] or 0) + 1)
    else:
        yield Dates(mark, month_length=int(mark[:-1]))


def _workday(number: int) -> Iterator[Dates]:
    """The n-th workday from the start or end of the month: so many on from the first, or back from the last."""
    base, steps = ("1W", number - 1) if number > 0 else ("31W", number + 1)
    for start in range(1, 6):
        weeks, place = divmod(start - 1 + steps, 5)
        days_before = start - 1 - place - 7 * weeks
        yield Dates(base, str(start), days_before=days_before, month_length=abs(days_before) + 1)


def _by_week(field: Field) -> Iterator[Dates]:
    """Plain weekdays, `5L`, `5#2` and `5#-2`."""
    if field.values:
        yield Dates(weekday=_values(field))
    for mark in field.marks:
        weekday, _, number = mark.partition("#")
        if number.startswith("-"):
            yield Dates(weekday=f"L{weekday}", days_before=7 * (int(number[1:]) - 1))
        else:
            yield Dates(weekday=mark if number else f"L{mark[0]}")


def _on_weekdays(found: Dates, field: Field) -> Dates | None:
    """Those dates whose fire falls on a weekday of the field."""
    allowed = {(value + found.days_before) % 7 for value in field.values}
    kept = allowed if found.weekday == "*" else allowed & {int(found.weekday)}
    text = _values(Field(WEEKDAY, tuple(sorted(kept))))
    return msgspec.structs.replace(found, weekday=text) if kept else None


def _values(field: Field) -> str:
    return str(Field(field.unit, field.values, field.star))
