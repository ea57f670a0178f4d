"""The kinds of schedule and the instants they name. Every instant is aware and in UTC."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache

import msgspec

from belfry.rules.schedules.counting import count_fires, list_fires
from belfry.rules.schedules.walls import follows_the_wall_clock, is_steady, next_wall, seconds_of_day
from belfry.rules.schedules.zones import (
    FOLLOW,
    ClockChanges,
    changes_around,
    instant_of,
    is_repeated,
    pass_start,
    wall_of,
)

_SECOND = timedelta(seconds=1)
_ANY_DAY, _SECONDS_A_DAY = date(2000, 1, 1), 86_400


class Manual(msgspec.Struct, frozen=True):
    """Never by itself: by hand, or when its dependencies have succeeded."""

    @property
    def most_a_day(self) -> int:
        """Never."""
        return 0

    def after(self, after: datetime) -> datetime | None:
        """None, always."""
        return None

    def count_between(self, start: datetime, end: datetime) -> int:
        """0, always."""
        return 0

    def last_fire(self, start: datetime, end: datetime) -> datetime | None:
        """None, always."""
        return None

    def __str__(self) -> str:
        return "manual"


class Once(msgspec.Struct, frozen=True):
    """One instant."""

    at: datetime

    @property
    def most_a_day(self) -> int:
        """Once."""
        return 1

    def after(self, after: datetime) -> datetime | None:
        """The instant while it is later than `after`."""
        return self.at if self.at > after else None

    def count_between(self, start: datetime, end: datetime) -> int:
        """1 when start < instant ≤ end, else 0."""
        return int(start < self.at <= end)

    def last_fire(self, start: datetime, end: datetime) -> datetime | None:
        """The instant when start < instant ≤ end."""
        return self.at if start < self.at <= end else None

    def __str__(self) -> str:
        return self.at.isoformat().replace("+00:00", "Z")


class Every(msgspec.Struct, frozen=True):
    """A fixed rate without drift: fire k is `anchor` + k · `count` units, k from 1."""

    count: int
    unit: str
    anchor: datetime

    @property
    def most_a_day(self) -> int:
        """How often it fires at most on one day."""
        return -(-timedelta(days=1) // self._period)

    def after(self, after: datetime) -> datetime | None:
        """The first fire later than `after`."""
        return self._fire(self._fires_until(after) + 1)

    def count_between(self, start: datetime, end: datetime) -> int:
        """How many fires there are with start < t ≤ end."""
        return self._fires_until(end) - self._fires_until(start)

    def last_fire(self, start: datetime, end: datetime) -> datetime | None:
        """The latest fire with start < t ≤ end."""
        return self._fire(self._fires_until(end)) if self.count_between(start, end) else None

    def _fires_until(self, instant: datetime) -> int:
        return max((instant - self.anchor) // self._period, 0)

    def _fire(self, number: int) -> datetime:
        return self.anchor + number * self._period

    @property
    def _period(self) -> timedelta:
        return timedelta(**{f"{self.unit}s": self.count})

    def __str__(self) -> str:
        return f"every {self.count} {self.unit}s"


class Walls(msgspec.Struct, frozen=True):
    """Cron rules and recurrences on the wall clock of a zone; a time that several name is one fire."""

    rules: tuple[str, ...]
    zone: str
    clock_changes: ClockChanges

    @property
    def most_a_day(self) -> int:
        """How often it fires at most on one day, one with a clock change aside."""
        return sum(_most_a_day(rule) for rule in self.rules)

    def after(self, after: datetime) -> datetime | None:
        """The first fire later than `after`; None when there is none in the next 50 years."""
        since = after.replace(microsecond=0)
        found = [fire for rule in self.rules if (fire := _next_fire(rule, self.zone, self.clock_changes, since))]
        return min(found, default=None)

    def count_between(self, start: datetime, end: datetime) -> int:
        """How many fires there are with start < t ≤ end."""
        return count_fires(
            self.rules, self.zone, self.clock_changes, _whole_second_after(start), _whole_second_after(end)
        )

    def fires_between(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """The fires with start < t ≤ end, ascending."""
        return list_fires(
            self.rules, self.zone, self.clock_changes, _whole_second_after(start), _whole_second_after(end)
        )

    def last_fire(self, start: datetime, end: datetime) -> datetime | None:
        """The latest fire with start < t ≤ end."""
        found = self.after(start)
        if found is None or found > end:
            return None
        late = end.replace(microsecond=0)
        while found < late:
            middle = found + (late - found) // (2 * _SECOND) * _SECOND
            later = self.after(middle)
            if later is None or later > end:
                late = middle
            else:
                found = later
        return found

    def __str__(self) -> str:
        return " | ".join(self.rules)


def _most_a_day(rule: str) -> int:
    return seconds_of_day(rule, _ANY_DAY).bit_count() if is_steady(rule) else _SECONDS_A_DAY


def _whole_second_after(instant: datetime) -> datetime:
    return instant.replace(microsecond=0) + _SECOND


Plan = Manual | Once | Every | Walls


@lru_cache(maxsize=65_536)
def _next_fire(rule: str, zone: str, chosen: ClockChanges, after: datetime) -> datetime | None:
    policy = FOLLOW if follows_the_wall_clock(rule) else chosen
    first_only = policy.overlap == "both" and not is_repeated(wall_of(after, zone), zone)
    overlaps = ("first", "second") if policy.overlap == "both" and not first_only else (policy.overlap,)
    found = [fire for one in overlaps if (fire := _next_in_pass(rule, zone, ClockChanges(policy.gap, one), after))]
    return min(found, default=None)


def _next_in_pass(rule: str, zone: str, policy: ClockChanges, after: datetime) -> datetime | None:
    fold = 1 if policy.overlap == "second" else 0
    wall = next_wall(rule, pass_start(after, zone, fold))
    while wall is not None:
        instant, shown = instant_of(wall, zone, fold)
        if instant > after and (shown or policy.gap == "run"):
            return instant
        wall = next_wall(rule, wall if shown else _end_of_gap(zone, instant))
    return None


def _end_of_gap(zone: str, jump: datetime) -> datetime:
    """The last whole wall second that the jump leaves out."""
    change = next(change for change in changes_around(zone, jump) if change.at == jump)
    return (change.at + change.after).replace(tzinfo=None) - timedelta(seconds=1)
