"""What an .ics says: its events, and when each of them takes place."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache

import msgspec

from belfry.rules.calendars import recurring
from belfry.rules.calendars.lines import Properties, Property, events, plain
from belfry.rules.calendars.moments import Moment, duration, last_day, moments
from belfry.rules.calendars.recurring import Rule, Unreadable

MAX_BYTES = 512 * 1024
MAX_EVENTS = 1000
MAX_EFFORT = 50_000
"""So many days may be looked at to find when the events of a year take place: about half a second."""

_LONGEST = timedelta(days=366)
"""So long may an event be that repeats."""

_DAY = timedelta(days=1)

MOST_PROBLEMS = 20
"""After so many nothing more is read."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """An event: its first start, and its length on the wall clock. `until` is the last day on which it may start."""

    name: str
    start: Moment
    length: timedelta
    rule: Rule | None = None
    until: date | None = None
    added: tuple[datetime, ...] = ()
    left_out: frozenset[datetime] = frozenset()
    left_out_days: frozenset[date] = frozenset()

    def starts(self, first: date, last: date) -> Iterator[datetime]:
        """The wall times at which it starts with first ≤ date ≤ last."""
        time = self.start.wall.time()
        latest = min(last, self.until or last)
        for day in self._days(first, latest):
            wall = datetime.combine(day, time)
            if wall not in self.left_out and day not in self.left_out_days:
                yield wall
        yield from (wall for wall in self.added if first <= wall.date() <= last)

    def _days(self, first: date, last: date) -> Iterator[date]:
        start = self.start.wall.date()
        if self.rule:
            yield from recurring.days(self.rule, start, first, last)
        elif first <= start <= last:
            yield start


class Reading(msgspec.Struct, frozen=True):
    """The events of a text, and in words what of it could not be understood."""

    events: tuple[Event, ...]
    problems: tuple[str, ...]


@lru_cache(maxsize=64)
def read(text: str) -> Reading:
    """All events that are not cancelled. An event whose one occurrence another event replaces leaves that out."""
    try:
        blocks = list(events(text))
    except Unreadable as why:
        return Reading((), (str(why),))
    if len(blocks) > MAX_EVENTS:
        return Reading((), (f"has {len(blocks)} events; at most {MAX_EVENTS:,} are allowed",))
    replaced: dict[str, list[Property]] = {}
    for block in blocks:
        replaced.setdefault(_value(block, "UID"), []).extend(block.get("RECURRENCE-ID", ()))
    return _reading(blocks, replaced)


def _reading(blocks: list[Properties], replaced: dict[str, list[Property]]) -> Reading:
    found: list[Event] = []
    problems: list[str] = []
    effort = 0
    for number, block in enumerate(blocks, 1):
        name = plain(_value(block, "SUMMARY"))[:200] or "event"
        try:
            event = _event(block, name, [] if "RECURRENCE-ID" in block else replaced[_value(block, "UID")])
        except Unreadable as why:
            problems.append(f"event {number} ({name[:40]}): {why}")
            event = None
        if event:
            found.append(event)
            effort += event.rule.effort if event.rule else 0
        if effort > MAX_EFFORT:
            problems.append(f"event {number} ({name[:40]}): with it events repeat too often; use weekly hours instead")
        if effort > MAX_EFFORT or len(problems) == MOST_PROBLEMS:
            break
    return Reading(tuple(found), tuple(problems))


def _event(block: Properties, name: str, replaced: list[Property]) -> Event | None:
    """The event of these properties, without those of its occurrences that are `replaced`; None for a cancelled one."""
    if _value(block, "STATUS").upper() == "CANCELLED":
        return None
    start = _start(block)
    length = _length(block, start)
    left_out = [moment for given in [*block.get("EXDATE", ()), *replaced] for moment in moments(given)]
    rule = _rule(block, start)
    if rule and length > _LONGEST:
        raise Unreadable(f"lasts {length.days} days; one that repeats may last at most {_LONGEST.days}")
    return Event(
        name=name,
        start=start,
        length=length,
        rule=rule,
        until=last_day(rule.until, start) if rule and rule.until else None,
        added=tuple(moment.at(start.zone) for given in block.get("RDATE", ()) for moment in moments(given)),
        left_out=frozenset(moment.at(start.zone) for moment in left_out if not moment.is_day),
        left_out_days=frozenset(moment.wall.date() for moment in left_out if moment.is_day),
    )


def _start(block: Properties) -> Moment:
    if "DTSTART" not in block:
        raise Unreadable("DTSTART is missing")
    return moments(block["DTSTART"][0])[0]


def _length(block: Properties, start: Moment) -> timedelta:
    """Up to DTEND, for DURATION, or a day; one that starts at a time and says neither takes no time."""
    if "DTEND" in block:
        end = moments(block["DTEND"][0])[0]
        if end.is_day != start.is_day:
            raise Unreadable("DTSTART and DTEND must both be dates or both be times")
        length = end.at(start.zone) - start.wall
        if length < timedelta(0):
            raise Unreadable("DTEND lies before DTSTART")
    else:
        length = duration(_value(block, "DURATION") or "PT0S")
    return max(_DAY, timedelta(days=length.days)) if start.is_day else length


def _rule(block: Properties, start: Moment) -> Rule | None:
    rules = [*block.get("RRULE", ()), *block.get("EXRULE", ())]
    if "EXRULE" in block or len(rules) > 1:
        raise Unreadable("may have one RRULE, and no EXRULE")
    if any("RANGE" in given.parameters for given in block.get("RECURRENCE-ID", ())):
        raise Unreadable("RECURRENCE-ID with RANGE is not understood; give the events one by one")
    return recurring.read(rules[0].value, start.wall.date()) if rules else None


def _value(block: Properties, name: str) -> str:
    return block[name][0].value if name in block else ""
