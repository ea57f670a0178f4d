"""Text to plan: which notation it is, and what every one of them makes of zone and anchor."""

import re
from datetime import UTC, datetime
from functools import lru_cache

from belfry.ground.errors import Invalid, invalid
from belfry.rules.schedules.cron import read_cron
from belfry.rules.schedules.fields import Misread
from belfry.rules.schedules.plans import Every, Manual, Once, Plan, Walls
from belfry.rules.schedules.words import Meaning, Rate, Rules, rate, read_words
from belfry.rules.schedules.zones import ClockChanges, instant_of

LONGEST_TEXT = 500
_CRON = re.compile(r"@|.*\*|[0-9Hh][0-9*?/,()HhLl#-]*[ \t]+[0-9Hh][0-9*?/,()HhLl#-]*([ \t]|$)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EVERY = re.compile(r"@every[ \t]+((?:[0-9]{1,9}[hms])+)", re.IGNORECASE)


def read(text: str, job_id: str | None) -> Meaning | datetime:
    """What `text` means apart from zone and anchor; raises Invalid for the field `schedule`."""
    try:
        return _read(text, job_id if re.search("[Hh]", text) else None)
    except Misread as misread:
        raise _invalid(text, misread) from misread


def bind(meaning: Meaning | datetime, zone: str, anchor: datetime, clock_changes: ClockChanges) -> Plan:
    """The plan of a job in `zone` created at `anchor`; raises Invalid for the field `schedule`."""
    match meaning:
        case Rules(rules):
            return Walls(rules, zone, clock_changes)
        case Rate(count, unit):
            return Every(count, unit, anchor.astimezone(UTC))
        case datetime():
            return _once(meaning, zone, clock_changes)
        case _:
            return Manual()


@lru_cache(maxsize=16_384)
def _read(text: str, job_id: str | None) -> Meaning | datetime:
    _refuse_odd_text(text)
    if _DATE.match(text.strip()):
        return _moment(text)
    if every := _EVERY.fullmatch(text.strip()):
        return _go_duration(every[1], text.index(every[1]))
    if _CRON.match(text.strip()):
        return Rules(tuple(str(read_cron(rule, job_id)) for rule in [text]))
    return read_words(text)


def _refuse_odd_text(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise Misread(LONGEST_TEXT, 0, f"a schedule has at most {LONGEST_TEXT} characters, and this has {len(text)}")
    if not text.strip():
        raise Misread(0, 0, 'nothing is said; "manual" is the word for a job without a schedule')
    if odd := re.search(r"[^ -~\t]", text):
        raise Misread(odd.start(), 1, f"the character U+{ord(odd[0]):04X} has no meaning in a schedule")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip().upper())
    except ValueError as error:
        raise Misread(0, len(text), f"{text} is no ISO 8601 instant: {error}") from error
    if not 1900 <= moment.year <= 9000:
        raise Misread(0, 4, f"the year {moment.year} is out of range, it takes 1900 to 9000")
    return moment


def _go_duration(text: str, at: int) -> Rules | Rate:
    seconds = {"h": 3600, "m": 60, "s": 1}
    parts = re.findall("([0-9]+)([hms])", text.lower())
    total = sum(int(count) * seconds[unit] for count, unit in parts)
    smallest = min((unit for _, unit in parts), key=lambda unit: seconds[unit])
    return rate(str(total // seconds[smallest]), {"h": "hour", "m": "minute", "s": "second"}[smallest], at)


def _once(moment: datetime, zone: str, clock_changes: ClockChanges) -> Once:
    if moment.tzinfo is not None:
        return Once(moment.astimezone(UTC))
    instant, shown = instant_of(moment, zone, 1 if clock_changes.overlap == "second" else 0)
    if not shown and clock_changes.gap == "skip":
        raise invalid("schedule", f"{moment} does not exist in {zone}: the clocks jump over it", "never_fires")
    return Once(instant)


def _invalid(text: str, misread: Misread) -> Invalid:
    part = text[misread.at : misread.at + misread.length][:64]
    where = f"at position {misread.at + 1}" + (f" ({part!r})" if part.strip() and part.isprintable() else "")
    return invalid("schedule", f"{misread.why}; {where}", "unreadable_schedule")
