"""The day fields of a cron rule in words."""

from collections.abc import Iterable, Iterator

from belfry.rules.schedules.cron import Cron
from belfry.rules.schedules.fields import MONTHS, WEEKDAYS, Field

_PLACES = ("first", "second", "third", "fourth", "fifth")
_SETS: dict[tuple[int, ...], str] = {(1, 2, 3, 4, 5): "weekdays", (0, 6): "weekends"}


def days_before(cron: Cron) -> Iterator[str]:
    """The days as they stand before "at 09:00", the shortest first; none when they cannot be said."""
    if cron.day.every and cron.weekday.every and cron.month.every:
        yield "daily"
    elif cron.day.every and cron.weekday.every:
        yield f"every day {_months(cron.month)}"
    elif cron.day.every and not cron.weekday.marks and not cron.weekday.star:
        plural = _SETS.get(cron.weekday.values)
        yield " ".join(filter(None, [plural or f"every {_weekdays(cron.weekday)}", _months(cron.month)]))
    elif cron.weekday.every and not cron.day.star:
        yield from _dated(cron)
    if cron.month.every and not cron.day.star | cron.weekday.star:
        yield from (f"monthly {days}" for days in _suffixes(cron))
    if cron.month.every and cron.day.every and cron.weekday.marks:
        yield from (f"monthly {days}" for days in _suffixes(cron))
    yield from _suffixes(cron)


def days_behind(cron: Cron) -> Iterator[str]:
    """The days as they stand behind "every 5 minutes", perhaps nothing; none when they cannot be said."""
    if cron.day.every and cron.weekday.every:
        yield _months(cron.month)
    yield from _suffixes(cron)


def _dated(cron: Cron) -> Iterator[str]:
    plain = not cron.day.marks
    if cron.month.step > 1 and 12 % cron.month.step == 0:
        yield f"every {cron.month.step} months on {_dates(cron.day)}"
    elif cron.month.every:
        yield f"monthly on {_dates(cron.day)}"
    elif plain and len(cron.month.values) == 1:
        days = listed(_ordinal(day) for day in cron.day.values)
        yield f"yearly on {MONTHS[cron.month.values[0] - 1]} {days}"
    yield f"on {_dates(cron.day)} {_months(cron.month, 'of')}"


def _suffixes(cron: Cron) -> Iterator[str]:
    months = _months(cron.month)
    days = _days(cron)
    if days:
        yield " ".join(filter(None, [days, months]))


def _days(cron: Cron) -> str:
    if cron.day.every and cron.weekday.every:
        return "every day"
    if cron.day.every:
        return _on_weekdays(cron.weekday)
    if cron.weekday.every:
        return _starred(cron.day, "month") or f"on {_dates(cron.day)}"
    if cron.day.star:
        return f"{_starred(cron.day, 'month')} if it is {_a(_weekdays(cron.weekday))}"
    if cron.weekday.star:
        return f"{_starred(cron.weekday, 'week')} if it is {_dates(cron.day)}"
    return f"on {_dates(cron.day)} or {_on_weekdays(cron.weekday)}"


def _a(days: str) -> str:
    return days if days.startswith("the ") else f"a {days}"


def _starred(field: Field, larger: str) -> str:
    return f"every {field.step} days of every {larger}" if field.step else ""


def _on_weekdays(field: Field) -> str:
    if field.star:
        return _starred(field, "week")
    plural = _SETS.get(field.values)
    return f"on {plural if plural and not field.marks else _weekdays(field, 's')}"


def _weekdays(field: Field, plural: str = "") -> str:
    """The days in the order of a week that begins on Monday."""
    names = tuple(f"{name}{plural}" for name in (*WEEKDAYS, WEEKDAYS[0]))
    week = sorted(day or 7 for day in field.values)
    runs = ["weekdays"] if week == [1, 2, 3, 4, 5] else [_run(run, names) for run in runs_of(week)]
    return listed([*runs, *(_marked_weekday(mark) for mark in field.marks)])


def _marked_weekday(mark: str) -> str:
    """`5L`, `1#1`, `5#-2`."""
    day, _, place = mark.partition("#")
    return f"the {_place(int(place) if place else -1)} {WEEKDAYS[int(day[0])]}"


def _dates(field: Field) -> str:
    runs = [
        _ordinal(run[0]) if len(run) == 1 else f"{_ordinal(run[0])} to {_ordinal(run[-1])}"
        for run in runs_of(field.values)
    ]
    marked = [_marked_date(mark) for mark in field.marks]
    return listed([*([f"the {runs[0]}", *runs[1:]] if runs else []), *marked])


def _marked_date(mark: str) -> str:
    """`L` and `L-3`, `15W` and `LW`, `W#2` and `W#-2`."""
    if mark == "LW":
        return "the last weekday"
    if mark.startswith("L"):
        return f"the {_place(-1 - int(mark[2:] or 0))} day"
    if mark.startswith("W"):
        return f"the {_place(int(mark[2:]))} weekday"
    return "the first weekday" if mark == "1W" else f"the weekday nearest the {_ordinal(int(mark[:-1]))}"


def _place(number: int) -> str:
    named = _PLACES[abs(number) - 1] if abs(number) <= len(_PLACES) else _ordinal(abs(number))
    if number > 0:
        return named
    return "last" if number == -1 else f"{named}-to-last"


def _months(field: Field, before: str = "in") -> str:
    if field.every:
        return ""
    if field.step:
        return f"every {field.step} months of every year"
    return f"{before} {listed(_run(run, ('', *MONTHS)) for run in runs_of(field.values))}"


def _run(run: list[int], names: tuple[str, ...]) -> str:
    return names[run[0]] if len(run) == 1 else f"{names[run[0]]} to {names[run[-1]]}"


def runs_of(values: Iterable[int]) -> Iterator[list[int]]:
    """Consecutive values together, from three of them on."""
    left = list(values)
    while left:
        run = [value for offset, value in enumerate(left) if value == left[0] + offset]
        run = run if len(run) > 2 else run[:1]
        yield run
        left = left[len(run) :]


def _ordinal(number: int) -> str:
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def listed(words: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
