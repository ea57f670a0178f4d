"""Recurrence rules that are strides, such as every other day at nine, in words."""

from collections.abc import Iterator
from datetime import datetime, time

from belfry.rules.schedules.clock_words import at, times_of
from belfry.rules.schedules.cron import read_cron
from belfry.rules.schedules.day_words import days_behind
from belfry.rules.schedules.fields import WEEKDAYS, Misread
from belfry.rules.schedules.recurrences import Recurrence
from belfry.rules.schedules.words import read_words

_UNITS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
_DAYS = {name[:2].upper(): n for n, name in enumerate(WEEKDAYS)}
_SAID = {"FREQ", "INTERVAL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYHOUR", "BYMINUTE", "BYSECOND", "BYSETPOS"}


def say_recurrence(rule: str) -> str:
    """Words that are read as this rule of RFC 5545, its parts in any order; empty when there are none."""
    parts = _parts(rule)
    if not set(parts) <= _SAID or parts["FREQ"] not in _UNITS:
        return ""
    try:
        return next((words for words in _sentences(parts) if _parts_read(words) == parts), "")
    except (Misread, ValueError, KeyError):
        return ""


def say_bound_recurrence(text: str) -> str:
    """Words for `DTSTART:20270101T090000 RRULE:FREQ=…` that say what it counts from; empty when there are none."""
    start, _, rule = text.removeprefix("DTSTART:").partition(" RRULE:")
    words = say_recurrence(rule)
    moment = datetime.fromisoformat(start)
    midnight = "BYHOUR" in rule and moment.time() == time()
    return f"{words} counted from {moment.date() if midnight else moment}" if words else ""


def _parts(rule: str) -> dict[str, str]:
    named = (part.partition("=") for part in rule.upper().split(";"))
    return {name: value for name, _, value in named}


def _parts_read(words: str) -> dict[str, str]:
    meaning = read_words(words).meaning
    return _parts(meaning.rule) if isinstance(meaning, Recurrence) else {}


def _sentences(parts: dict[str, str]) -> Iterator[str]:
    count = int(parts.get("INTERVAL", "1"))
    pace = f"every {count} {_UNITS[parts['FREQ']]}s"
    clock = " ".join(parts.get(name, "0") for name in ("BYSECOND", "BYMINUTE", "BYHOUR"))
    cron = read_cron(f"{clock} {_dates(parts)} {parts.get('BYMONTH', '*')} {_weekdays(parts)}")
    times = at(times_of(cron)) if "BYHOUR" in parts else ""
    for days in days_behind(cron):
        yield " ".join(filter(None, [pace, days, times]))


def _dates(parts: dict[str, str]) -> str:
    if "BYSETPOS" in parts:
        return f"W#{parts['BYSETPOS']}"
    days = [int(day) for day in parts.get("BYMONTHDAY", "").split(",") if day]
    return ",".join(str(day) if day > 0 else f"L-{-1 - day}" for day in days) or "*"


def _weekdays(parts: dict[str, str]) -> str:
    if "BYSETPOS" in parts or "BYDAY" not in parts:
        return "*"
    return ",".join(_weekday(day) for day in parts["BYDAY"].split(","))


def _weekday(text: str) -> str:
    """`MO`, `1MO`, `-2FR` as cron has them."""
    place, number = text[:-2], _DAYS[text[-2:]]
    return f"{number}#{int(place)}" if place else str(number)
