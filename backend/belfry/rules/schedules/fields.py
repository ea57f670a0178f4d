"""One field of a cron rule: what may stand in it, and the one way Belfry writes it."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

import msgspec

WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)


class Misread(Exception):
    """A part of a schedule that cannot be understood: where it starts, how long it is, why, and what would be."""

    def __init__(self, at: int, length: int, why: str) -> None:
        self.at = at
        self.length = length
        self.why = why
        super().__init__(why)


class Unit(msgspec.Struct, frozen=True):
    """What a field counts: its name, its lowest and highest value, and the names of the values from the lowest on."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()

    @property
    def span(self) -> range:
        """Every value once; Sunday is 0."""
        return range(self.low, self.high + (0 if self is WEEKDAY else 1))


SECOND = Unit("second", 0, 59)
MINUTE = Unit("minute", 0, 59)
HOUR = Unit("hour", 0, 23)
DAY = Unit("day of month", 1, 31)
MONTH = Unit("month", 1, 12, tuple(name[:3] for name in MONTHS))
WEEKDAY = Unit("day of week", 0, 7, tuple(name[:3] for name in WEEKDAYS))


class Field(msgspec.Struct, frozen=True):
    """The values a field allows, whether it begins with `*`, and day marks such as `L-3`, `15W`, `5#2`."""

    unit: Unit
    values: tuple[int, ...] = ()
    star: bool = False
    marks: tuple[str, ...] = ()

    @property
    def every(self) -> bool:
        """Whether the field is a plain `*`."""
        return self.star and self.values == tuple(self.unit.span)

    @property
    def step(self) -> int:
        """The n of `*/n`; 1 for `*`, 0 for anything else."""
        steps = range(1, len(self.unit.span) + 1)
        return next((n for n in steps if self.star and self.values == tuple(self.unit.span[::n])), 0)

    def __str__(self) -> str:
        if self.every:
            return "*"
        if self.step:
            return f"*/{self.step}"
        stars = [f"*/{_widest_step(self)}"] if self.star else []
        return ",".join([*stars, *_runs(self.values if not self.star else _beside_the_star(self)), *self.marks])


def _widest_step(field: Field) -> int:
    span = field.unit.span
    return next(n for n in range(1, len(span) + 1) if set(span[::n]) <= set(field.values))


def _beside_the_star(field: Field) -> list[int]:
    return sorted(set(field.values) - set(field.unit.span[:: _widest_step(field)]))


def _runs(values: Iterable[int]) -> Iterator[str]:
    """The shortest usual text: one progression as `a-b/n`, else runs `a-b` and single values."""
    left = list(values)
    if len(left) > 2 and left[1] - left[0] > 1 and len({b - a for a, b in pairwise(left)}) == 1:
        yield f"{left[0]}-{left[-1]}/{left[1] - left[0]}"
        return
    while left:
        run = [value for offset, value in enumerate(left) if value == left[0] + offset]
        yield from ([f"{run[0]}-{run[-1]}"] if len(run) > 2 else [str(value) for value in run])
        left = left[len(run) :]


_HASH = re.compile(r"h(?:\(([0-9]{1,4})-([0-9]{1,4})\))?(?:/([0-9]{1,4}))?")
_STEP = re.compile(r"([^/]+)(?:/(.*))?", re.DOTALL)
_DAY_MARK = re.compile(r"l(?:-([0-9]{1,3}))?|lw|([0-9]{1,3})w|w([0-9]{1,3})|w#(-?[0-9]{1,3})")
_WEEKDAY_MARK = re.compile(r"([0-9]{1,3}|[a-z]+)(?:l|#(-?[0-9]{1,3}))")


def read_field(unit: Unit, text: str, at: int, job_id: str | None) -> Field:
    """The field written as `text`, which starts at position `at` of the whole; raises Misread."""
    values: set[int] = set()
    marks: list[str] = []
    for item, where in _items(unit, text, at):
        mark = _mark(unit, item, where)
        marks += [mark] if mark else []
        values |= set() if mark else _values(unit, item, where, job_id)
    star = text[0] in "*?"
    if star and marks:
        raise Misread(at, len(text), f"{unit.name}: {marks[0]} cannot stand in one list with *, which is every day")
    return Field(unit, tuple(sorted(values)), star, tuple(dict.fromkeys(marks)))


def _items(unit: Unit, text: str, at: int) -> Iterator[tuple[str, int]]:
    for item in text.split(","):
        if not item:
            raise Misread(at, 1, f"{unit.name}: an empty item in the list {text}")
        yield item.lower(), at
        at += len(item) + 1


def _mark(unit: Unit, item: str, at: int) -> str:
    """The canonical text of a day mark; empty when the item is none."""
    if unit is DAY and _DAY_MARK.fullmatch(item):
        return _day_mark(item, at)
    if unit is WEEKDAY and (match := _WEEKDAY_MARK.fullmatch(item)):
        day = _value(unit, match[1], at) % 7
        number = _nth(unit, match[2], at, 5) if match[2] else -1
        return f"{day}L" if number == -1 else f"{day}#{number}"
    return ""


def _day_mark(item: str, at: int) -> str:
    match = re.fullmatch(_DAY_MARK, item)
    before, day, swapped, nth = match.groups() if match else (None, None, None, None)
    if before and int(before) > 30:
        raise Misread(at, len(item), f"day of month: no month has a day {before} days before its last; 30 is the most")
    if number := day or swapped:
        return f"{_value(DAY, number, at)}W"
    if nth:
        return {1: "1W", -1: "LW"}.get(number := _nth(DAY, nth, at, 23), f"W#{number}")
    return f"L-{int(before)}" if before and int(before) else item.upper().removesuffix("-0")


def _nth(unit: Unit, text: str, at: int, most: int) -> int:
    if not 1 <= abs(int(text)) <= most:
        raise Misread(at, len(text), f"{unit.name}: # takes 1 to {most}, or -1 to -{most} from the end, not {text}")
    return int(text)


def _values(unit: Unit, item: str, at: int, job_id: str | None) -> set[int]:
    if match := _HASH.fullmatch(item):
        return _hashed(unit, match, at, job_id)
    match = _STEP.fullmatch(item)
    base, step_text = (match[1], match[2]) if match else (item, None)
    if base == "?" and (unit not in (DAY, WEEKDAY) or step_text is not None):
        raise Misread(at, len(item), f"{unit.name}: ? stands alone, and only for the day of month or the day of week")
    first, last = _ends(unit, base, at, open_ended=step_text is not None)
    step = 1 if step_text is None else _step(unit, step_text, at + len(base) + 1)
    return {value % 7 if unit is WEEKDAY else value for value in range(first, last + 1, step)}


def _ends(unit: Unit, base: str, at: int, *, open_ended: bool) -> tuple[int, int]:
    span = unit.span
    if base in ("*", "?"):
        return span[0], span[-1]
    first_text, dash, last_text = base.partition("-")
    first = _value(unit, first_text, at)
    if not dash:
        return first, max(span[-1], first) if open_ended else first
    last = _value(unit, last_text, at + len(first_text) + 1)
    last = 7 if unit is WEEKDAY and last_text == "sun" else last
    if last < first:
        late = "" if first > span[-1] else f",{first}-{span[-1]}"
        raise Misread(at, len(base), f"{unit.name}: {base} runs backwards; write {unit.low}-{last}{late}")
    return first, last


def _value(unit: Unit, text: str, at: int) -> int:
    if text in unit.names:
        return unit.low + unit.names.index(text)
    if not re.fullmatch(r"[0-9]{1,6}", text):
        names = f" or {', '.join(name.upper() for name in unit.names)}" if unit.names else ""
        raise Misread(
            at, max(len(text), 1), f"{unit.name}: {text!r} is no number from {unit.low} to {unit.high}{names}"
        )
    value = int(text)
    if not unit.low <= value <= unit.high:
        raise Misread(at, len(text), f"{unit.name}: {value} is out of range, it takes {unit.low} to {unit.high}")
    return value


def _step(unit: Unit, text: str, at: int) -> int:
    most = len(unit.span)
    if not re.fullmatch(r"[0-9]{1,6}", text) or not 1 <= int(text) <= most:
        raise Misread(at, max(len(text), 1), f"{unit.name}: a step takes 1 to {most}, not {text!r}")
    return int(text)


def _hashed(unit: Unit, match: re.Match[str], at: int, job_id: str | None) -> set[int]:
    """The values of `H`: stable for one job, spread over all; days stay within 1-28, so that no month is left out."""
    low, high = unit.span[0], 28 if unit is DAY else unit.span[-1]
    if match[1]:
        low, high = (_value(unit, match[n], at + match.start(n)) for n in (1, 2))
    if high < low:
        raise Misread(at, len(match[0]), f"{unit.name}: H({low}-{high}) runs backwards")
    step = _step(unit, match[3], at + match.start(3)) if match[3] else high - low + 1
    width = min(step, high - low + 1)
    digest = hashlib.blake2b(f"{unit.name}:{job_id or ''}".encode(), digest_size=8).digest()
    return {
        value % 7 if unit is WEEKDAY else value for value in range(low + int.from_bytes(digest) % width, high + 1, step)
    }
