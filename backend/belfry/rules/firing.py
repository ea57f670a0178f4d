"""What becomes of the due instants of one job: which fire, which are skipped and why, and when the next one is."""

from datetime import datetime, timedelta
from typing import Protocol

import msgspec

MISFIRE_SECONDS = 60
"""An instant found later than this is a misfire even when it is the only one."""

CHUNK = 1000
"""At most so many instants of one job are accounted for in one tick; the next tick goes on."""


class Times(Protocol):
    """The part of a schedule that firing needs."""

    def next_fire(self, after: datetime) -> datetime | None:
        """The first instant strictly later than `after`."""
        ...

    def fires_between(self, start: datetime, end: datetime, limit: int) -> list[datetime]:
        """The instants with start < t <= end, ascending, at most `limit`."""
        ...


class Due(msgspec.Struct, frozen=True):
    """A job that is due: the instant on record, and what its policies ask."""

    next_fire_at: datetime
    misfire: str = "once"
    overlap: str = "skip"
    end_at: datetime | None = None
    live: bool = False


class Skip(msgspec.Struct, frozen=True):
    """Consecutive instants that don't run, for one reason."""

    first: datetime
    last: datetime
    count: int
    reason: str


class Firing(msgspec.Struct, frozen=True):
    """The verdict on one job."""

    fires: list[datetime]
    skips: list[Skip]
    next_fire_at: datetime | None

    @property
    def last(self) -> datetime:
        """The latest instant that is accounted for."""
        return max([*self.fires[-1:], *(skip.last for skip in self.skips)])


def decide(due: Due, schedule: Times, now: datetime) -> Firing:
    """Account for every due instant up to `now` exactly once: it fires or is part of a skip.

    Misfire `all` fires each, `once` only the latest of several, `skip` not even that when it is more than
    `MISFIRE_SECONDS` late. With overlap `skip` nothing fires while an execution lives, and no more than one.
    """
    end = min(now, due.end_at) if due.end_at else now
    instants = [due.next_fire_at, *schedule.fires_between(due.next_fire_at, end, CHUNK - 1)]
    following = next_within(schedule, instants[-1], due.end_at)
    caught_up = following is None or following > now
    late, fires = _misfires(due.misfire, instants, now, caught_up)
    overlapped: list[datetime] = []
    if due.overlap == "skip":
        allowed = 0 if due.live else 1
        overlapped, fires = fires[allowed:], fires[:allowed]
    skips = [_fold(group, reason) for group, reason in ((late, "misfire"), (overlapped, "overlap")) if group]
    return Firing(fires, skips, following)


def next_within(schedule: Times, after: datetime, end_at: datetime | None) -> datetime | None:
    """The next instant, or None when it lies beyond `end_at`."""
    following = schedule.next_fire(after)
    return None if following is None or (end_at is not None and following > end_at) else following


def _misfires(
    policy: str, instants: list[datetime], now: datetime, caught_up: bool
) -> tuple[list[datetime], list[datetime]]:
    """The instants that are skipped as misfires, and those that may fire."""
    if policy == "all":
        return [], instants
    if not caught_up:
        return instants, []
    latest = instants[-1]
    if policy == "skip" and now - latest > timedelta(seconds=MISFIRE_SECONDS):
        return instants, []
    return instants[:-1], [latest]


def _fold(instants: list[datetime], reason: str) -> Skip:
    return Skip(instants[0], instants[-1], len(instants), reason)
