"""How often rules fire on the wall clock of a zone, in time that is flat in the number of fires; and when."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec

from belfry.rules.schedules.walls import days_of_month, ends, follows_the_wall_clock, is_steady, seconds_of_day
from belfry.rules.schedules.zones import FOLLOW, Change, ClockChanges, changes, offset_at

_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)
Policies = dict[str, ClockChanges]
Rules = tuple[str, ...]


def count_fires(rules: Rules, zone: str, chosen: ClockChanges, start: datetime, end: datetime) -> int:
    """The instants start ≤ t < end, whole seconds, at which a rule fires in `zone`; what several name is one."""
    policies = {rule: FOLLOW if follows_the_wall_clock(rule) else chosen for rule in rules}
    total = 0
    for before, after in pairwise(_changes_beside(zone, start, end)):
        low, high = max(start, before.at), min(end, after.at)
        if low < high:
            total += sum(stretch.count() for stretch in _stretches(policies, low, high, (before, after)))
            total += low == before.at and _fires_at_the_jump(policies, before)
    return total


def list_fires(rules: Rules, zone: str, chosen: ClockChanges, start: datetime, end: datetime) -> Iterator[datetime]:
    """Those instants themselves, ascending."""
    policies = {rule: FOLLOW if follows_the_wall_clock(rule) else chosen for rule in rules}
    for before, after in pairwise(_changes_beside(zone, start, end)):
        low, high = max(start, before.at), min(end, after.at)
        if low < high:
            if low == before.at and _fires_at_the_jump(policies, before):
                yield low
            for stretch in _stretches(policies, low, high, (before, after)):
                yield from ((wall - before.after).replace(tzinfo=UTC) for wall in stretch.walls())


def _changes_beside(zone: str, start: datetime, end: datetime) -> list[Change]:
    """The clock changes that may touch the range, between two that change nothing."""
    found = [change for year in range(start.year - 1, end.year + 2) for change in changes(zone, year)]
    first, last = datetime(start.year - 1, 1, 1, tzinfo=UTC), datetime(end.year + 2, 1, 1, tzinfo=UTC)
    early, late = (offset_at(instant, ZoneInfo(zone)) for instant in (first, last))
    return [Change(first, early, early), *found, Change(last, late, late)]


class Stretch(msgspec.Struct, frozen=True):
    """Wall times start ≤ t < end that are shown one after the other, and the rules that fire at them."""

    rules: Rules
    start: datetime
    end: datetime

    def count(self) -> int:
        """The wall times that one of the rules names."""
        first, last = _midnight(self.start), _midnight(self.end)
        if first == last:
            return self._count_on(first, self.start, self.end)
        count = self._count_on(first, self.start, first + _DAY) + self._count_on(last, last, self.end)
        return count + sum(_count_days(self.rules, *month) for month in _months(first + _DAY, last))

    def walls(self) -> Iterator[datetime]:
        """The wall times themselves."""
        first = _midnight(self.start)
        for number in range((self.end - first) // _DAY + 1):
            day = first + number * _DAY
            for second in _seconds_in(self._seconds_on(day, max(self.start, day), min(self.end, day + _DAY))):
                yield max(self.start, day) + second * _SECOND

    def _count_on(self, day: datetime, start: datetime, end: datetime) -> int:
        return self._seconds_on(day, start, end).bit_count()

    def _seconds_on(self, day: datetime, start: datetime, end: datetime) -> int:
        """The seconds from `start` on, as bits, that one of the rules names before `end` of the same day."""
        rules = _that_fire_on(self.rules, day)
        if not rules or start >= end:
            return 0
        return _seconds_of_any(rules, day.date()) >> (start - day) // _SECOND & (1 << (end - start) // _SECOND) - 1


def _stretches(policies: Policies, low: datetime, high: datetime, beside: tuple[Change, Change]) -> Iterator[Stretch]:
    """The wall times of low ≤ t < high, which lies between two changes, each with the rules that take its showing."""
    before, after = beside
    start, end = _wall(low, before.after), _wall(high, before.after)
    second_until, first_from = _wall(before.at, before.before), _wall(after.at, after.after)
    lives = {rule: ends(rule) for rule in policies}
    cuts = {start, end, *(cut for life in lives.values() for cut in life), second_until, first_from}
    for a, b in pairwise(sorted(cut for cut in cuts if start <= cut <= end)):
        unwanted = {"first"} if a < second_until else set[str]()
        unwanted |= {"second"} if a >= first_from else set[str]()
        wanted = (rule for rule, policy in policies.items() if policy.overlap not in unwanted)
        yield Stretch(tuple(rule for rule in wanted if lives[rule][0] <= a < lives[rule][1]), a, b)


def _fires_at_the_jump(policies: Policies, jump: Change) -> bool:
    """Whether a skipped time runs at the jump, and none that is shown there."""
    low, high = _wall(jump.at, jump.before), _wall(jump.at, jump.after)
    moved = {rule: policy for rule, policy in policies.items() if policy.gap == "run"}
    return low < high and not any(_fires(policies, high, high + _SECOND)) and any(_fires(moved, low, high))


def _fires(policies: Policies, low: datetime, high: datetime) -> Iterator[bool]:
    for rule in policies:
        start, end = ends(rule)
        if max(start, low) < min(end, high):
            yield Stretch((rule,), max(start, low), min(end, high)).count() > 0


def _wall(instant: datetime, offset: timedelta) -> datetime:
    return (instant + offset).replace(tzinfo=None)


def _midnight(wall: datetime) -> datetime:
    return wall.replace(hour=0, minute=0, second=0)


def _seconds_in(bits: int) -> Iterator[int]:
    """The numbers of the bits that are set: one by one where they are few, else a byte at a time."""
    if bits.bit_count() < 64:
        while bits:
            lowest = bits & -bits
            yield lowest.bit_length() - 1
            bits ^= lowest
        return
    for place, byte in enumerate(bits.to_bytes((bits.bit_length() + 7) // 8, "little")):
        if byte:
            yield from (8 * place + bit for bit in range(8) if byte >> bit & 1)


def _months(first: datetime, end: datetime) -> Iterator[tuple[int, int, int]]:
    """Year, month and the days of it, as bits, of the dates first ≤ d < end."""
    while first < end:
        following = (first.replace(day=28) + 4 * _DAY).replace(day=1)
        until = first.day + (min(following, end) - first).days
        yield first.year, first.month, (1 << until) - (1 << first.day)
        first = following


def _count_days(rules: Rules, year: int, month: int, days: int) -> int:
    """The fires on those days of the month, none of which a clock change touches."""
    if len(rules) == 1 and is_steady(rules[0]):
        named = days_of_month(rules[0], year, month) & days
        return named.bit_count() * seconds_of_day(rules[0], date(year, month, 1)).bit_count()
    dates = [date(year, month, day) for day in range(1, 32) if days >> day & 1]
    return sum(_count_of_any(_that_fire_on(rules, day), day) for day in dates)


def _that_fire_on(rules: Rules, day: date) -> Rules:
    return tuple(rule for rule in rules if days_of_month(rule, day.year, day.month) >> day.day & 1)


def _count_of_any(rules: Rules, day: date) -> int:
    return _count_of_steady(rules) if all(map(is_steady, rules)) else _seconds_of_any(rules, day).bit_count()


@lru_cache(maxsize=4096)
def _count_of_steady(rules: Rules) -> int:
    return _seconds_of_any(rules, date.min).bit_count()


def _seconds_of_any(rules: Rules, day: date) -> int:
    """The seconds of a day at which one of the rules fires, as the bits of one number of 86,400."""
    seconds = 0
    for rule in rules:
        seconds |= seconds_of_day(rule, day)
    return seconds
