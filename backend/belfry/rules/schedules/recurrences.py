"""RFC 5545 recurrence rules: what cron cannot say, such as every other day."""

import re
from datetime import date, datetime, time, timedelta

import msgspec

from belfry.ground.errors import invalid
from belfry.rules.schedules.fields import Misread
from belfry.rules.schedules.occurrences import COUNTED_YEARS, last_wall, next_wall
from belfry.rules.schedules.parts import Part, Parts, read_moment, read_part, read_parts, written
from belfry.rules.schedules.zones import wall_of, zone_name

LONGEST_TEXT = 500
_HEAD = re.compile(r"\s*DTSTART(?:;TZID=([^:;\s]{1,64})|;VALUE=DATE(?:-TIME)?)*:([^;\s]*)(?:[;\s]+|$)", re.IGNORECASE)
_NAME = re.compile(r"\s*(?:RRULE:)?", re.IGNORECASE)
_WORD = re.compile(r"[^;\s]+")
RECURRENCE = re.compile(r"RRULE:|DTSTART|FREQ=", re.IGNORECASE)
"""How a text begins that is a recurrence rule."""


class Recurrence(msgspec.Struct, frozen=True):
    """An RRULE before it is bound to a zone: its parts, and the date it counts from when the text names one.

    `start` may be a moment of that date, on the wall or in UTC, and `zone` the zone that shows it.
    """

    rule: str
    start: date | None = None
    zone: str | None = None

    def bound(self, timezone: str, anchor: datetime) -> tuple[str, str]:
        """The rule as it is computed, and its zone, for a job in `timezone` created at `anchor`.

        Raises Invalid for the field `schedule` when it never fires, lasts too long or names another zone.
        """
        zone = self._zone(timezone)
        parts = _parts(self.rule)
        if parts.until is not None and parts.until.tzinfo is not None:
            parts = msgspec.structs.replace(parts, until=wall_of(parts.until, zone))
        start = _start(self.start, parts, zone, anchor)
        rule = f"DTSTART:{written(start)} RRULE:{parts}"
        _refuse_what_cannot_be(rule, parts, start)
        return rule, zone

    def _zone(self, timezone: str) -> str:
        named = zone_name(self.zone) if self.zone else timezone
        if timezone not in (named, "UTC"):
            why = f"its TZID is {named}, but the job's zone is {timezone}; write one of them for both"
            raise invalid("schedule", why, "unreadable_schedule")
        return named


def _parts(rule: str) -> Parts:
    return read_parts([read_part(word[0], word.start()) for word in _WORD.finditer(rule)], len(rule))


def _start(start: date | None, parts: Parts, zone: str, anchor: datetime) -> datetime:
    """The wall time it counts from: that of the anchor, at midnight when the rule has a time of day of its own."""
    created = wall_of(anchor, zone)
    if isinstance(start, datetime):
        return wall_of(start, zone) if start.tzinfo else start
    timed = parts.byhour or parts.byminute or parts.bysecond
    return datetime.combine(start or created, time() if timed else created.time())


def _refuse_what_cannot_be(rule: str, parts: Parts, start: datetime) -> None:
    if len(rule) > LONGEST_TEXT:
        why = f"a schedule has at most {LONGEST_TEXT} characters, and this has {len(rule)} with its start"
        raise invalid("schedule", why, "unreadable_schedule")
    if parts.until is not None and parts.until < start:
        why = f"UNTIL {written(parts.until)} is before the start {written(start)}; write a later one"
        raise invalid("schedule", why, "never_fires")
    if parts.count and last_wall(rule) is None:
        why = f"COUNT={parts.count} is not reached within {COUNTED_YEARS} years; write fewer, or UNTIL and a date"
        raise invalid("schedule", why, "unreadable_schedule")
    if next_wall(rule, start - timedelta(seconds=1)) is None:
        why = f"{parts} never fires within 50 years of {written(start)}; look at its days and its INTERVAL"
        raise invalid("schedule", why, "never_fires")


def read_recurrence(text: str) -> Recurrence:
    """The rule written as `DTSTART:20270101T090000 RRULE:FREQ=DAILY;INTERVAL=2`, or without a start; raises Misread."""
    if len(text) > LONGEST_TEXT:
        raise Misread(LONGEST_TEXT, 0, f"a schedule has at most {LONGEST_TEXT} characters, and this has {len(text)}")
    if odd := re.search(r"[^ -~\t\r\n]", text):
        raise Misread(odd.start(), 1, f"the character U+{ord(odd[0]):04X} has no meaning in a recurrence rule")
    head = _HEAD.match(text)
    start = _read_start(head) if head else None
    body = _NAME.match(text, head.end() if head else 0)
    at = body.end() if body else 0
    found = [read_part(word[0].upper(), at + word.start()) for word in _WORD.finditer(text[at:])]
    parts = read_parts(found, len(text))
    for part in found:
        if part.name == "UNTIL" and start and parts.until and _is_before(parts.until, start):
            raise part.refuse(f"it is before the start, DTSTART {written(start)}; write a later one")
    return Recurrence(str(parts), start, head[1] if head else None)


def _read_start(head: re.Match[str]) -> datetime:
    text = head[2].upper()
    part = Part("DTSTART", text, head.start(2) - len("DTSTART:"))
    return read_moment(part, f"{text}T000000" if re.fullmatch("[0-9]{8}", text) else text)


def _is_before(until: datetime, start: datetime) -> bool:
    """Whether it is, as far as that can be told without the zone."""
    return (until.tzinfo is None) == (start.tzinfo is None) and until < start
