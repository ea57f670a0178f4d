"""Text to plan: which notation it is, and what every one of them makes of zone and anchor."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import msgspec

from belfry.ground.errors import Invalid, invalid
from belfry.rules.schedules.fields import Misread
from belfry.rules.schedules.hints import hint
from belfry.rules.schedules.meanings import Meaning, Rate, Rules, Sentence
from belfry.rules.schedules.moments import Ahead, Moment
from belfry.rules.schedules.paces import rate
from belfry.rules.schedules.places import Place, place
from belfry.rules.schedules.plans import Every, Manual, Once, Plan, Walls
from belfry.rules.schedules.recurrences import RECURRENCE, Recurrence, read_recurrence
from belfry.rules.schedules.unclear import Unclear
from belfry.rules.schedules.words import read_words, rules_of
from belfry.rules.schedules.zones import DAWN, HORIZON, ClockChanges, instant_of, wall_of, zone_name

LONGEST_TEXT = 500
_CRON = re.compile(
    r"@|.*\*|(?![0-9]+ *h(?: *[0-9]{2})?$)[0-9Hh][0-9*?/,()HhLl#-]*[ \t]+[0-9Hh][0-9*?/,()HhLl#-]*([ \t]|$)"
)
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+[^ ]*", re.IGNORECASE)
_EVERY = re.compile(r"@every[ \t]+((?:[0-9]{1,12}[hms])+)", re.IGNORECASE)
_LIKE_EVERY = re.compile(r"[ \t]*@every\b[ \t]*(.*)", re.IGNORECASE)
_SEMICOLONS = re.compile(r";.*")
_TAIL = re.compile(r"[ \t,]+(starting|beginning|start|from|until|till|til|ending)\b", re.IGNORECASE)
_HAS_A_PLACE = re.compile(r"\bh|h\b|any|some", re.IGNORECASE)


class Setting(msgspec.Struct, frozen=True):
    """Where and when a text was written: what its words are relative to."""

    zone: str
    anchor: datetime
    said_at: datetime
    clock_changes: ClockChanges


class Bound(msgspec.Struct, frozen=True):
    """A plan, and from which and until which instant it holds; both count."""

    plan: Plan
    start: datetime | None = None
    until: datetime | None = None


def place_of(text: str, timezone: str) -> Place:
    """The text without the zone it names, and the zone that holds; Invalid for `schedule` when there are two."""
    try:
        _refuse_odd_text(text)
        found = place(text)
    except Misread as misread:
        raise _invalid(text, misread) from misread
    zone = zone_name(timezone)
    if not found.zone or found.zone == zone:
        return Place(found.text, zone)
    if zone != "UTC":
        raise invalid(
            "schedule", f"the schedule says {found.zone}, and the time zone is {zone}; leave one out", "two_zones"
        )
    return found


def read(text: str, job_id: str | None) -> Sentence:
    """What `text` means apart from zone and anchor; raises Invalid for the field `schedule`."""
    try:
        return _read(text, job_id if _HAS_A_PLACE.search(text) else None)
    except Misread as misread:
        raise _invalid(text, misread) from misread


def bind(sentence: Sentence, setting: Setting) -> Bound:
    """The plan of a job in this setting; raises Invalid for the field `schedule`."""
    start, until = _moment(sentence.starting, setting), _moment(sentence.until, setting)
    if until is not None and sentence.until is not None and not sentence.until.timed:
        until = _instant(wall_of(until, setting.zone) + timedelta(days=1), setting) - timedelta(seconds=1)
    if start is not None and until is not None and until < start:
        raise invalid(
            "schedule", f"it ends at {until.isoformat()}, before it starts at {start.isoformat()}", "never_fires"
        )
    return Bound(_plan(_counted(sentence, setting, start), setting, start), start, until)


def _counted(sentence: Sentence, setting: Setting, start: datetime | None) -> Meaning:
    """The meaning, which as a recurrence counts from the moment that is said, or else from the day it starts on."""
    meaning = sentence.meaning
    if not isinstance(meaning, Recurrence) or meaning.start is not None:
        return meaning
    if sentence.counted is not None:
        moment = sentence.counted.seen_from(setting.said_at, setting.zone)
        return msgspec.structs.replace(meaning, start=moment if sentence.counted.timed else moment.date())
    return msgspec.structs.replace(meaning, start=wall_of(start, setting.zone).date() if start is not None else None)


def _plan(meaning: Meaning, setting: Setting, start: datetime | None) -> Plan:
    match meaning:
        case Rules(rules):
            return Walls(rules, setting.zone, setting.clock_changes)
        case Rate(count, unit):
            period = timedelta(**{f"{unit}s": count})
            return Every(count, unit, start - period if start is not None else setting.anchor.astimezone(UTC))
        case Moment() | Ahead():
            return _once(meaning, setting)
        case Recurrence():
            rule, zone = meaning.bound(setting.zone, setting.anchor)
            return Walls((rule,), zone, setting.clock_changes)
        case _:
            return Manual()


def _moment(moment: Moment | None, setting: Setting) -> datetime | None:
    return None if moment is None else _instant(moment.seen_from(setting.said_at, setting.zone), setting)


def _instant(moment: datetime, setting: Setting) -> datetime:
    """The instant at which the zone shows a wall time; right after the gap when it shows none."""
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    return instant_of(moment, setting.zone, 1 if setting.clock_changes.overlap == "second" else 0)[0]


def _once(then: Moment | Ahead, setting: Setting) -> Once:
    try:
        moment = then.seen_from(setting.said_at, setting.zone)
        instant = _instant(moment, setting)
    except (OverflowError, ValueError) as error:
        raise invalid("schedule", "that is further ahead than any calendar", "unreadable_schedule") from error
    if not DAWN < instant < HORIZON:
        raise invalid("schedule", "that is further away than any calendar", "unreadable_schedule")
    gone = moment.tzinfo is None and not instant_of(moment, setting.zone, 0)[1]
    if gone and setting.clock_changes.gap == "skip":
        raise invalid("schedule", f"{moment} does not exist in {setting.zone}: the clocks jump over it", "never_fires")
    return Once(instant)


@lru_cache(maxsize=16_384)
def _read(text: str, job_id: str | None) -> Sentence:
    _refuse_odd_text(text)
    tail = _TAIL.search(text)
    base = text[: tail.start()] if tail else text
    meaning = _notation(base, job_id)
    if meaning is None:
        return read_words(text, job_id)
    if tail is None:
        return Sentence(meaning)
    bounds = read_words("manual".ljust(len(base)) + text[len(base) :], None)
    return Sentence(meaning, bounds.starting, bounds.until)


def _notation(text: str, job_id: str | None) -> Meaning | None:
    """What a text that is not in words means; None when it is in words."""
    if not text.strip():
        return None
    if RECURRENCE.match(text.lstrip()):
        return read_recurrence(text)
    if _INSTANT.fullmatch(text.strip()):
        return Moment(instant=_written(text))
    if every := _EVERY.fullmatch(text.strip()):
        return _go_duration(every[1], text.index(every[1]))
    if every := _LIKE_EVERY.fullmatch(text):
        raise _no_go_duration(every)
    if _CRON.match(text.strip()):
        return rules_of(_cron_texts(text), job_id)
    return None


def _cron_texts(text: str) -> list[str]:
    """The rules of a union, each behind as many blanks as text stands before it, which keeps the positions."""
    if rest := _SEMICOLONS.search(text):
        raise Unclear(
            rest.start(), len(rest[0]), "cron rules are joined by |", (rest[0].rstrip("; \t").replace(";", " | "),)
        )
    texts, at = list[str](), 0
    for rule in text.split("|"):
        if not rule.strip() and "|" in text:
            raise Misread(at, max(len(rule), 1), "an empty rule; | stands between two")
        texts.append(" " * at + rule if "|" in text else rule)
        at += len(rule) + 1
    return texts


def _refuse_odd_text(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise Misread(LONGEST_TEXT, 0, f"a schedule has at most {LONGEST_TEXT} characters, and this has {len(text)}")
    if not text.strip():
        raise Misread(0, 0, 'nothing is said; "manual" is the word for a job without a schedule')
    lines = RECURRENCE.match(text.lstrip()) is not None
    if odd := re.search(r"[^ -~\t\r\n]" if lines else r"[^ -~\t]", text):
        raise Misread(odd.start(), 1, f"the character U+{ord(odd[0]):04X} has no meaning in a schedule")


def _written(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip().upper())
    except ValueError as error:
        raise Misread(0, len(text), f"{text} is no ISO 8601 instant: {error}") from error
    if not 1900 <= moment.year <= 9000:
        raise Misread(0, 4, f"the year {moment.year} is out of range, it takes 1900 to 9000")
    return moment


def _go_duration(text: str, at: int) -> Meaning:
    seconds = {"h": 3600, "m": 60, "s": 1}
    parts = re.findall("([0-9]+)([hms])", text.lower())
    total = sum(int(count) * seconds[unit] for count, unit in parts)
    smallest = min((unit for _, unit in parts), key=lambda unit: seconds[unit])
    unit = {"h": "hour", "m": "minute", "s": "second"}[smallest]
    return rate(total // seconds[smallest], unit, at, len(text))


def _no_go_duration(found: re.Match[str]) -> Misread:
    said = found[1].strip().lower()
    why = "@every takes whole numbers with h, m and s, such as @every 1h30m"
    close = "".join(said.split())
    days = re.fullmatch("([0-9]{1,5})d", close)
    near = f"{int(days[1]) * 24}h" if days else close
    if re.fullmatch("(?:[0-9]{1,9}[hms])+", near):
        return Unclear(found.start(1), len(found[1].rstrip()), why, (near,))
    return Misread(found.start(1), len(found[1].rstrip()), why)


def _invalid(text: str, misread: Misread) -> Invalid:
    part = text[misread.at : misread.at + misread.length][:64]
    where = f"at position {misread.at + 1}" + (f" ({part!r})" if part.strip() and part.isprintable() else "")
    near = hint(text, misread, lambda repaired: _read(place(repaired).text, None))
    return invalid("schedule", f"{misread.why}; {where}" + (f"; {near}" if near else ""), "unreadable_schedule")
