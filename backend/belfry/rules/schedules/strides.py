"""Strides of days, weeks, months and years that cron cannot count, as recurrence rules."""

from belfry.rules.schedules.clocks import MIDNIGHT, fields_of
from belfry.rules.schedules.fields import WEEKDAYS
from belfry.rules.schedules.recurrences import Recurrence
from belfry.rules.schedules.said import Said, Stride

_FREQUENCIES = {"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "year": "YEARLY"}
_NAMES = [name[:2].upper() for name in WEEKDAYS]


def recurrence(said: Said, pace: Stride) -> Recurrence:
    """The rule of every `pace.count` days, weeks, months or years; raises Unclear for days it cannot be tied to."""
    _refuse_days_of_another_unit(said, pace)
    parts = {"FREQ": _FREQUENCIES[pace.unit], "INTERVAL": str(pace.count), "BYMONTH": ",".join(said.months)}
    parts |= _days(said)
    if said.times or said.dates or said.weekdays:
        parts |= _clock(said)
    last = {"BYSETPOS": parts.pop("BYSETPOS", "")}
    return Recurrence(";".join(f"{name}={value}" for name, value in (parts | last).items() if value))


def _clock(said: Said) -> dict[str, str]:
    found = fields_of(said.times or [MIDNIGHT])
    if len(found) > 1:
        first = ", ".join(str(time) for time in said.times if time.minute == said.times[0].minute)
        why = "a stride takes times that differ in the hour or in the minute, not in both"
        raise said.refuse("times", why, f"at {first}")
    second, minute, hour = found[0].split()
    return {"BYHOUR": hour, "BYMINUTE": minute, "BYSECOND": second}


def _days(said: Said) -> dict[str, str]:
    workdays = [date for date in said.dates if "W" in date]
    if workdays and len(said.dates) == 1:
        return {"BYDAY": ",".join(_NAMES[1:6]), "BYSETPOS": workdays[0][2:]}
    if workdays or any("*" in date for date in said.dates):
        raise said.refuse("days", "such days cannot be counted in strides", "on the 1st")
    numbers = [number for date in said.dates for number in _numbers(date)]
    return {"BYMONTHDAY": ",".join(str(n) for n in sorted(set(numbers))), "BYDAY": ",".join(_weekdays(said.weekdays))}


def _numbers(date: str) -> range:
    if date.startswith("L"):
        last = -1 - int(date[2:] or 0)
        return range(last, last + 1)
    first, _, last = date.partition("-")
    return range(int(first), int(last or first) + 1)


def _weekdays(texts: list[str]) -> list[str]:
    """Weekdays in the order of a week that begins on Monday; `1#2` is the second one of the month."""
    found: list[tuple[int, str]] = []
    for text in texts:
        days, _, place = text.partition("#")
        found += [(day, place) for day in _numbers(days)]
    return [f"{place}{_NAMES[day]}" for day, place in sorted(set(found), key=lambda one: ((one[0] - 1) % 7, one[1]))]


def _refuse_days_of_another_unit(said: Said, pace: Stride) -> None:
    nth = [text for text in said.weekdays if "#" in text]
    plain = len(nth) < len(said.weekdays)
    if pace.unit == "day" and (said.dates or said.weekdays):
        raise said.refuse("days", "a stride of days comes on any day; it takes a time of day only", "at 09:00")
    if pace.unit == "week" and (said.dates or nth):
        raise said.refuse(
            "days" if "days" in said.tokens else "date", "a stride of weeks goes with weekdays", "on monday"
        )
    if pace.unit in ("month", "year") and plain:
        raise said.refuse("days", f"which one of the {pace.unit}?", "on the first monday")
    if said.dates and said.weekdays:
        raise said.refuse("days", "a stride takes days of the month or weekdays, not both", "on the 1st")
    if pace.unit == "year" and (said.dates or said.weekdays) and not said.months:
        raise said.refuse("days", "in which month?", "on january 1st")
