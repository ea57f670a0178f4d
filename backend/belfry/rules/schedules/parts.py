"""The parts of an RFC 5545 recurrence rule: what may stand in them, and the one way Belfry writes them."""

import re
from collections.abc import Iterable
from datetime import datetime
from difflib import get_close_matches

import msgspec

from belfry.rules.schedules.fields import Misread

FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY")
YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, MINUTELY, SECONDLY = range(7)
UNIT_SECONDS = (366 * 86_400, 31 * 86_400, 7 * 86_400, 86_400, 3600, 60, 1)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MOST_FIRES = 100_000
_LONGEST_SECONDS = 100 * 366 * 86_400
_LISTS = {
    "BYMONTH": (1, 12, False),
    "BYWEEKNO": (1, 53, True),
    "BYYEARDAY": (1, 366, True),
    "BYMONTHDAY": (1, 31, True),
    "BYHOUR": (0, 23, False),
    "BYMINUTE": (0, 59, False),
    "BYSECOND": (0, 59, False),
    "BYSETPOS": (1, 366, True),
}
_NAMES = ("FREQ", "INTERVAL", *_LISTS, "BYDAY", "WKST", "COUNT", "UNTIL")
_UNSUPPORTED = ("EXDATE", "RDATE", "EXRULE")

Numbers = tuple[int, ...]


class Parts(msgspec.Struct, frozen=True):
    """A recurrence rule without its start. Weekdays count from Monday, 0, and have a place or 0."""

    freq: int
    interval: int = 1
    bymonth: Numbers = ()
    byweekno: Numbers = ()
    byyearday: Numbers = ()
    bymonthday: Numbers = ()
    byday: tuple[tuple[int, int], ...] = ()
    byhour: Numbers = ()
    byminute: Numbers = ()
    bysecond: Numbers = ()
    bysetpos: Numbers = ()
    wkst: int = 0
    count: int = 0
    until: datetime | None = None

    @property
    def follows_the_wall_clock(self) -> bool:
        """Whether it comes more often than daily: then a clock change neither moves nor saves a fire."""
        return self.freq > DAILY

    def __str__(self) -> str:
        texts = {
            "FREQ": FREQUENCIES[self.freq],
            "INTERVAL": str(self.interval) if self.interval > 1 else "",
            "BYMONTH": _listed(self.bymonth),
            "BYWEEKNO": _listed(self.byweekno),
            "BYYEARDAY": _listed(self.byyearday),
            "BYMONTHDAY": _listed(self.bymonthday),
            "BYDAY": ",".join(f"{place or ''}{WEEKDAYS[weekday]}" for weekday, place in self.byday),
            "BYHOUR": _listed(self.byhour),
            "BYMINUTE": _listed(self.byminute),
            "BYSECOND": _listed(self.bysecond),
            "BYSETPOS": _listed(self.bysetpos),
            "WKST": WEEKDAYS[self.wkst] if self.wkst else "",
            "COUNT": str(self.count or ""),
            "UNTIL": written(self.until) if self.until else "",
        }
        return ";".join(f"{name}={text}" for name, text in texts.items() if text)


def written(moment: datetime) -> str:
    """A moment as RFC 5545 has it."""
    return f"{moment.year:04}{moment:%m%dT%H%M%S}" + ("Z" if moment.tzinfo else "")


def _listed(numbers: Iterable[int]) -> str:
    return ",".join(map(str, numbers))


class Part(msgspec.Struct, frozen=True):
    """`name=text`, and where it starts."""

    name: str
    text: str
    at: int

    def refuse(self, why: str) -> Misread:
        """The error for this part."""
        return Misread(self.at, len(self.name) + 1 + len(self.text), f"{self.name}: {why}")


def read_part(text: str, at: int) -> Part:
    """The part written as `text`, capitals only, which starts at position `at` of the whole; raises Misread."""
    name, equals, value = text.partition("=")
    if found := next((odd for odd in _UNSUPPORTED if name.startswith(odd)), None):
        raise Misread(at, len(text), f"{found} cannot be told; leave days out by a calendar, or write a second job")
    if name.startswith("DTSTART"):
        raise Misread(at, len(text), "DTSTART goes first, written like DTSTART:20270101T090000 RRULE:FREQ=DAILY")
    if name not in _NAMES:
        near = get_close_matches(name[:32], _NAMES, n=1, cutoff=0.6)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(_NAMES)}"
        raise Misread(at, max(len(name), 1), f"{name[:32]!r} is no part of a recurrence rule; {hint}")
    if not equals or not value:
        raise Misread(at, len(text), f"{name} has no value; write {name}= and what it is, or leave it out")
    return Part(name, value, at)


def read_parts(found: list[Part], end: int) -> Parts:
    """The rule of these parts, which end at position `end`; raises Misread."""
    parts: dict[str, Part] = {}
    for part in found:
        if part.name in parts:
            raise part.refuse("this part stands twice; write its values as one list")
        parts[part.name] = part
    if "FREQ" not in parts:
        raise Misread(end, 0, f"FREQ is missing; write one of {', '.join(FREQUENCIES)}")
    freq = _frequency(parts["FREQ"])
    _refuse_contradictions(parts, freq)
    return Parts(
        freq,
        _interval(parts.get("INTERVAL"), freq),
        **{name.lower(): _numbers(parts[name], *bounds) for name, bounds in _LISTS.items() if name in parts},
        byday=_weekdays(parts["BYDAY"], parts, freq) if "BYDAY" in parts else (),
        wkst=_week_start(parts["WKST"]) if "WKST" in parts else 0,
        count=_number(parts["COUNT"], parts["COUNT"].text, 1, MOST_FIRES) if "COUNT" in parts else 0,
        until=_until(parts["UNTIL"]) if "UNTIL" in parts else None,
    )


def _frequency(part: Part) -> int:
    if part.text not in FREQUENCIES:
        raise part.refuse(f"{part.text[:32]} is no frequency; write one of {', '.join(FREQUENCIES)}")
    return FREQUENCIES.index(part.text)


def _refuse_contradictions(parts: dict[str, Part], freq: int) -> None:
    name = FREQUENCIES[freq]
    wrong = {"BYWEEKNO": freq != YEARLY, "BYYEARDAY": freq in (MONTHLY, WEEKLY, DAILY), "BYMONTHDAY": freq == WEEKLY}
    for part in parts.values():
        if wrong.get(part.name):
            raise part.refuse(f"it cannot go with FREQ={name}; write FREQ=YEARLY, or leave it out")
    if "COUNT" in parts and "UNTIL" in parts:
        raise parts["UNTIL"].refuse("a rule ends by COUNT or by UNTIL; leave one of them out")
    if "BYSETPOS" in parts and not any(part.startswith("BY") for part in parts if part != "BYSETPOS"):
        raise parts["BYSETPOS"].refuse(
            "it picks from what another part such as BYDAY names; write one, or leave it out"
        )


def _interval(part: Part | None, freq: int) -> int:
    return _number(part, part.text, 1, _LONGEST_SECONDS // UNIT_SECONDS[freq]) if part else 1


def _number(part: Part, text: str, low: int, high: int) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,10}", text):
        raise part.refuse(f"{text[:32]!r} is no number from {low} to {high}")
    if not low <= int(text) <= high:
        raise part.refuse(f"{text} is out of range, it takes {low} to {high}")
    return int(text)


def _numbers(part: Part, low: int, high: int, from_the_end: bool) -> Numbers:
    found: set[int] = set()
    for text in part.text.split(","):
        backwards = from_the_end and re.fullmatch("-[0-9]+", text)
        found.add(-_number(part, text[1:], low, high) if backwards else _number(part, text, low, high))
    return tuple(sorted(found, key=lambda number: (number < 0, number)))


def _weekdays(part: Part, parts: dict[str, Part], freq: int) -> tuple[tuple[int, int], ...]:
    most = 5 if freq == MONTHLY or "BYMONTH" in parts else 53
    found: set[tuple[int, int]] = set()
    for text in part.text.split(","):
        match = re.fullmatch(rf"([+-]?[0-9]{{1,4}})?({'|'.join(WEEKDAYS)})", text)
        if not match:
            raise part.refuse(f"{text[:32]!r} is no weekday; write {', '.join(WEEKDAYS)}, or 2TU, or -1FR")
        place = int(match[1] or 0)
        if match[1] and (freq > MONTHLY or "BYWEEKNO" in parts):
            raise part.refuse(f"{text} counts weekdays of a month or a year; write {match[2]}, or FREQ=MONTHLY")
        if match[1] and not 1 <= abs(place) <= most:
            raise part.refuse(f"{text} is out of range, it takes 1 to {most}, or -1 to -{most} from the end")
        found.add((WEEKDAYS.index(match[2]), place))
    return tuple(sorted(found))


def _week_start(part: Part) -> int:
    if part.text not in WEEKDAYS:
        raise part.refuse(f"{part.text[:32]!r} is no first day of the week; write one of {', '.join(WEEKDAYS)}")
    return WEEKDAYS.index(part.text)


def _until(part: Part) -> datetime:
    if re.fullmatch("[0-9]{8}", part.text):
        return read_moment(part, f"{part.text}T235959")
    return read_moment(part, part.text)


def read_moment(part: Part, text: str) -> datetime:
    """`20270101T090000` as the wall shows it, or with `Z` in UTC; raises Misread."""
    if not re.fullmatch("[0-9]{8}T[0-9]{6}Z?", text):
        raise part.refuse(f"{text[:32]!r} is no moment; write it like 20270101T090000 or 20270101T080000Z")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise part.refuse(f"{text} is in no calendar: {error}") from error
    if not 1900 <= moment.year <= 9000:
        raise part.refuse(f"the year {moment.year} is out of range, it takes 1900 to 9000")
    return moment
