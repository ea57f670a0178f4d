"""A cron rule on the wall clock. croniter computes; what it cannot say is put into what it can, only here."""

import re
from calendar import monthrange
from collections.abc import Iterator
from copy import copy
from datetime import datetime, timedelta
from functools import lru_cache

import msgspec
from croniter import CroniterBadDateError, croniter

from belfry.rules.schedules.days import Dates, dates
from belfry.rules.schedules.fields import DAY, HOUR, MINUTE, MONTH, SECOND, WEEKDAY, Field, Misread, read_field

MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@quarterly": "0 0 1 */3 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
    "@minutely": "* * * * *",
}
_UNITS = (SECOND, MINUTE, HOUR, DAY, MONTH, WEEKDAY)


class Strand(msgspec.Struct, frozen=True):
    """A rule that croniter can compute, and how its dates become those of the fires."""

    rule: str
    dates: Dates

    def after(self, wall: datetime) -> datetime | None:
        """The first wall time later than `wall`; None when there is none in the next 50 years."""
        back = timedelta(days=self.dates.days_before)
        engine = copy(_engine(self.rule))
        try:
            found: datetime = engine.get_next(datetime, start_time=wall + back)
            while not self._fires_in_the_month_of(found):
                found = engine.get_next(datetime, start_time=found.replace(hour=23, minute=59, second=59))
        except CroniterBadDateError:
            return None
        return found - back

    def _fires_in_the_month_of(self, found: datetime) -> bool:
        long_enough = monthrange(found.year, found.month)[1] >= self.dates.month_length
        return long_enough and (found - timedelta(days=self.dates.days_before)).month == found.month


@lru_cache(maxsize=4096)
def _engine(rule: str) -> croniter:
    return croniter(rule, start_time=0.0, second_at_beginning=True, day_or=False)


class Cron(msgspec.Struct, frozen=True):
    """Six fields and the days they mean: day of month OR day of week, AND when one of them begins with `*`."""

    second: Field
    minute: Field
    hour: Field
    day: Field
    month: Field
    weekday: Field

    @property
    def follows_the_wall_clock(self) -> bool:
        """Whether minute or hour begins with `*`: then a clock change neither moves nor saves a fire."""
        return self.minute.star or self.hour.star

    def __str__(self) -> str:
        fields = [self.second, self.minute, self.hour, self.day, self.month, self.weekday]
        return " ".join(str(field) for field in fields[1 if str(self.second) == "0" else 0 :])

    def strands(self) -> Iterator[Strand]:
        """The rule as rules of croniter's, one of which matches wherever this one does; none when it never can."""
        for found in dates(self.day, self.month, self.weekday):
            rule = f"{self.second} {self.minute} {self.hour} {found.day} {self.month} {found.weekday}"
            yield Strand(rule, found)


@lru_cache(maxsize=4096)
def cron_of(rule: str) -> Cron:
    """The normalised `rule` as fields."""
    return read_cron(rule)


@lru_cache(maxsize=4096)
def _strands(rule: str) -> tuple[Strand, ...]:
    return tuple(cron_of(rule).strands())


def next_wall(rule: str, wall: datetime) -> datetime | None:
    """The first wall time of the normalised `rule` later than `wall`; None when there is none in the next 50 years."""
    found = [time for strand in _strands(rule) if (time := strand.after(wall)) is not None]
    return min(found, default=None)


def read_cron(text: str, job_id: str | None = None) -> Cron:
    """The rule of five fields, of six with seconds first, or of a macro such as `@daily`; raises Misread."""
    words = [(match[0], match.start()) for match in re.finditer(r"[^ \t]+", MACROS.get(text.strip().lower(), text))]
    if words and words[0][0].startswith("@"):
        raise Misread(0, len(text), f"{text} is no macro; there are {', '.join(MACROS)} and @every")
    if len(words) not in (5, 6):
        raise Misread(0, len(text), f"cron has five fields, or six with seconds first, and this has {len(words)}")
    units = _UNITS[6 - len(words) :]
    fields = [read_field(unit, word, at, job_id) for unit, (word, at) in zip(units, words, strict=True)]
    cron = Cron(*([] if len(words) == 6 else [Field(SECOND, (0,))]), *fields)
    _refuse_impossible_days(cron, *words[-3])
    return cron


def _refuse_impossible_days(cron: Cron, day: str, at: int) -> None:
    if cron.day.star and not cron.day.every and any("#-" in mark for mark in cron.weekday.marks):
        raise Misread(at, len(day), f"day of month: {day} cannot be combined with {cron.weekday}; write * or a list")
    if not any(cron.strands()):
        raise Misread(at, len(day), f"day of month: {day} never comes in month {cron.month} on weekday {cron.weekday}")
