"""A rule on the wall clock, which is cron or a recurrence."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from belfry.rules.schedules import cron, occurrences
from belfry.rules.schedules.fields import Field
from belfry.rules.schedules.months import days_of_month as days_of_cron

_SECOND = timedelta(seconds=1)
_EVER = datetime.combine(date.min, time()), datetime.combine(date.max, time())


def recurs(rule: str) -> bool:
    """Whether the normalised `rule` is a recurrence."""
    return rule.startswith("DTSTART")


def follows_the_wall_clock(rule: str) -> bool:
    """Whether it comes at minutes or hours without end: then a clock change neither moves nor saves a fire."""
    if recurs(rule):
        return occurrences.occurrences(rule).parts.follows_the_wall_clock
    return cron.cron_of(rule).follows_the_wall_clock


def next_wall(rule: str, wall: datetime) -> datetime | None:
    """The first wall time of the normalised `rule` later than `wall`; None when there is none in the next 50 years."""
    return occurrences.next_wall(rule, wall) if recurs(rule) else cron.next_wall(rule, wall)


def ends(rule: str) -> tuple[datetime, datetime]:
    """The wall times, start ≤ t < end, between which it comes."""
    if not recurs(rule):
        return _EVER
    last = occurrences.last_wall(rule)
    return occurrences.occurrences(rule).start, last + _SECOND if last else _EVER[1]


def days_of_month(rule: str, year: int, month: int) -> int:
    """The days it comes on, whatever its ends, as bits: bit n for day n."""
    found = occurrences.days_of_month if recurs(rule) else days_of_cron
    return found(rule, year, month)


def is_steady(rule: str) -> bool:
    """Whether every day it comes on has the same times."""
    return not recurs(rule) or occurrences.occurrences(rule).steady


def seconds_of_day(rule: str, day: date) -> int:
    """The seconds of one of its days at which it comes, whatever its ends, as the bits of one number of 86,400."""
    return occurrences.seconds_of_day(rule, day) if recurs(rule) else _seconds_of_cron(rule)


@lru_cache(maxsize=256)
def _seconds_of_cron(rule: str) -> int:
    fields = cron.cron_of(rule)
    return _bits(fields.second, 1) * _bits(fields.minute, 60) * _bits(fields.hour, 3600)


def _bits(field: Field, seconds: int) -> int:
    return sum(1 << value * seconds for value in field.values)
