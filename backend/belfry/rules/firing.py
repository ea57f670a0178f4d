"""What becomes of the due instants of one job: which fire, which are skipped and why, and when the next one is."""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby
from typing import Protocol

import msgspec

MISFIRE_SECONDS = 60
"""An instant found later than this is a misfire even when it is the only one."""

CHUNK = 1000
"""At most so many instants found late are judged one by one: the latest. Those before them are one misfire."""

PACE_SECONDS = 1
"""Of several instants made up for, one becomes ready after the other at this distance."""

_TICK = timedelta(microseconds=1)


class Times(Protocol):
    """The instants of a job, as firing needs them."""

    def next_fire(self, after: datetime) -> datetime | None:
        """The first instant strictly later than `after`."""
        ...

    def fires_between(self, start: datetime, end: datetime, limit: int) -> list[datetime]:
        """The instants with start < t <= end, ascending, at most `limit`."""
        ...

    def count_between(self, start: datetime, end: datetime) -> int:
        """How many instants there are with start < t <= end."""
        ...

    def last_fire(self, start: datetime, end: datetime) -> datetime | None:
        """The latest instant with start < t <= end."""
        ...

    def excluded(self, instant: datetime) -> str | None:
        """What in the job's calendar keeps the instant from firing; None when nothing does."""
        ...


class Due(msgspec.Struct, frozen=True):
    """A job that is due: the instant on record, and what its policies ask.

    Instants up to `paused_until` came while it was paused. `live` is how many executions live (counted as far as the
    policy needs), `room` how many may (overlap `allow`), `runs_left` how many more may ever fire; None is no bound.
    """

    job_id: str
    next_fire_at: datetime
    paused_until: datetime | None = None
    misfire: str = "once"
    misfire_limit: int = 100
    overlap: str = "skip"
    live: int = 0
    room: int | None = None
    runs_left: int | None = None
    jitter_seconds: float = 0


class Fire(msgspec.Struct, frozen=True):
    """An instant that fires: when it may start, what of that is jitter, and for how many missed ones it stands too.

    One that `waits` starts when the execution before it has ended.
    """

    due_at: datetime
    ready_at: datetime
    jitter_seconds: float | None = None
    stands_for: int | None = None
    waits: bool = False


class Skip(msgspec.Struct, frozen=True):
    """Consecutive instants that don't run, for one reason."""

    first: datetime
    last: datetime
    count: int
    reason: str


class Firing(msgspec.Struct, frozen=True):
    """The verdict on one job: what fires, what is skipped (both ascending), and the next instant, None at the end."""

    fires: list[Fire]
    skips: list[Skip]
    next_fire_at: datetime | None

    @property
    def last(self) -> datetime:
        """The latest instant that is accounted for."""
        return max([fire.due_at for fire in self.fires] + [skip.last for skip in self.skips])


def decide(due: Due, times: Times, now: datetime) -> Firing:
    """Account for every due instant up to `now` exactly once: it fires or is part of a skip.

    The reasons, in this order: paused, calendar, misfire, overlap. Misfire `all` fires the latest `misfire_limit`,
    one `PACE_SECONDS` after the other; `once` only the latest, which is told for how many it stands; `skip` those no
    more than `MISFIRE_SECONDS` late. With overlap `skip` nothing fires while an execution lives;
    `queue` lets one wait; `cancel` lets the latest wait for the end of those it ends; `allow` fires up to `room`.
    """
    paused, first = _while_paused(due, times)
    skips = [paused] if paused else []
    if first is None or first > now:
        return Firing([], skips, first)
    before, instants, following = _late(first, times, now)
    reasons = {instant: "calendar" for instant in instants if times.excluded(instant)}
    missed = _missed(due, [instant for instant in instants if instant not in reasons], now)
    reasons |= dict.fromkeys(missed, "misfire")
    fires = [instant for instant in instants if instant not in reasons]
    reasons |= dict.fromkeys(_overlapped(due, fires), "overlap")
    fires = [instant for instant in fires if instant not in reasons]
    if due.runs_left is not None and len(fires) >= due.runs_left:
        fires, following = fires[: due.runs_left], None
        instants = [instant for instant in instants if fires and instant <= fires[-1]]
    stands_for = 1 + len(missed) + (before.count if before else 0)
    return Firing(
        _fires(due, fires, now, stands_for), skips + _after(before, instants, _folded(instants, reasons)), following
    )


def _while_paused(due: Due, times: Times) -> tuple[Skip | None, datetime | None]:
    """The instants that came while the job was paused, and the first one after them."""
    first, until = due.next_fire_at, due.paused_until
    if until is None or first > until:
        return None, first
    last = times.last_fire(first, until) or first
    return Skip(first, last, 1 + times.count_between(first, until), "paused"), times.next_fire(last)


def _late(first: datetime, times: Times, now: datetime) -> tuple[Skip | None, list[datetime], datetime | None]:
    """The instants up to `now` to judge one by one, what lies before them when they are more than `CHUNK`, and the
    instant after them."""
    following = times.next_fire(first)
    if following is None or following > now:
        return None, [first], following
    instants = [first, *times.fires_between(first, now, CHUNK)]
    if len(instants) <= CHUNK:
        return None, instants, times.next_fire(instants[-1])
    seconds = range(int((now - first).total_seconds()) + 1)
    back = bisect_left(
        seconds, True, key=lambda second: times.count_between(first + timedelta(seconds=second), now) <= CHUNK
    )
    cut = first + timedelta(seconds=back)
    instants = times.fires_between(cut, now, CHUNK)
    count = 1 + times.count_between(first, now) - len(instants)
    before = Skip(first, times.last_fire(first - _TICK, cut) or first, count, "misfire")
    return before, instants, times.next_fire(instants[-1])


def _missed(due: Due, instants: list[datetime], now: datetime) -> list[datetime]:
    """Those instants that are skipped as misfires."""
    if due.misfire == "all":
        return instants[: -due.misfire_limit]
    if due.misfire == "skip":
        return [instant for instant in instants if now - instant > timedelta(seconds=MISFIRE_SECONDS)]
    return instants[:-1]


def _overlapped(due: Due, fires: list[datetime]) -> list[datetime]:
    """Those instants that are skipped because an execution before them lives."""
    if due.overlap == "cancel":
        return fires[:-1]
    most = {"skip": 1, "queue": 2}.get(due.overlap, due.room)
    return [] if most is None else fires[max(most - due.live, 0) :]


def _folded(instants: Iterable[datetime], reasons: dict[datetime, str]) -> list[Skip]:
    """Consecutive instants of one reason as one skip each."""
    groups = [(reason, [*group]) for reason, group in groupby(instants, key=reasons.get)]
    return [Skip(group[0], group[-1], len(group), reason) for reason, group in groups if reason]


def _after(before: Skip | None, instants: list[datetime], skips: list[Skip]) -> list[Skip]:
    """The skips of these instants after the one before them all, which the first one goes on when it has its reason."""
    if before is None:
        return skips
    if not skips or (skips[0].first, skips[0].reason) != (instants[0], before.reason):
        return [before, *skips]
    joined = Skip(before.first, skips[0].last, before.count + skips[0].count, before.reason)
    return [joined, *skips[1:]]


def _fires(due: Due, instants: list[datetime], now: datetime, stands_for: int) -> list[Fire]:
    behind = due.live if due.overlap in ("queue", "cancel") else None
    fires: list[Fire] = []
    for place, instant in enumerate(instants):
        jitter = jittered(due.job_id, instant, due.jitter_seconds)
        ready_at = instant + timedelta(seconds=jitter)
        fires.append(
            Fire(
                due_at=instant,
                ready_at=max(ready_at, now + place * timedelta(seconds=PACE_SECONDS)) if place else ready_at,
                jitter_seconds=jitter or None,
                stands_for=stands_for if due.misfire == "once" and stands_for > 1 else None,
                waits=behind is not None and behind + place > 0,
            )
        )
    return fires


def jittered(job_id: str, instant: datetime, most: float) -> float:
    """Seconds from 0 to below `most` by which an instant is put off: the same ones for one job and instant, always."""
    if most <= 0:
        return 0.0
    digest = hashlib.blake2b(f"{job_id}:{instant.timestamp()}".encode(), digest_size=8).digest()
    return round(most * int.from_bytes(digest) / 2**64, 3)
