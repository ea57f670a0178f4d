"""Wall clocks: IANA zones, their changes, and the instants at which a wall time is shown."""

from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from belfry.ground.errors import invalid

DAWN, HORIZON = datetime(1890, 1, 1, tzinfo=UTC), datetime(9900, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


class ClockChanges(msgspec.Struct, frozen=True):
    """What becomes of a fixed time that a clock change skips (`gap`) or shows twice (`overlap`)."""

    gap: Literal["run", "skip"] = "run"
    overlap: Literal["first", "second", "both"] = "first"


DEFAULT = ClockChanges()
FOLLOW = ClockChanges("skip", "both")


class Change(msgspec.Struct, frozen=True):
    """A moment at which a zone's offset changes, and the offsets before and after."""

    at: datetime
    before: timedelta
    after: timedelta


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    odd = {"localtime", "posixrules", "Factory"}
    return {name.lower(): name for name in available_timezones() - odd}


def zone_name(text: str) -> str:
    """The IANA name meant by `text` in any case; raises Invalid for the field `timezone`, with the nearest name."""
    key = text.strip().lower().replace(" ", "_")
    if key in _names():
        return _names()[key]
    near = get_close_matches(key[:64], _names(), n=1, cutoff=0.6)
    hint = f"did you mean {_names()[near[0]]}?" if near else "write one such as Europe/Berlin or UTC"
    raise invalid("timezone", f"{text[:64]!r} is no IANA time zone; {hint}", "unknown_timezone")


@lru_cache(maxsize=2048)
def changes(zone: str, year: int) -> tuple[Change, ...]:
    """The clock changes of `zone` in the UTC year, in order."""
    clock = ZoneInfo(zone)
    start = datetime(year, 1, 1, tzinfo=UTC)
    days = [start + timedelta(days=day) for day in range((datetime(year + 1, 1, 1, tzinfo=UTC) - start).days + 1)]
    offsets = [offset_at(day, clock) for day in days]
    pairs = zip(days, offsets, offsets[1:], strict=False)
    return tuple(_change(clock, day, before, after) for day, before, after in pairs if before != after)


def offset_at(instant: datetime, clock: ZoneInfo) -> timedelta:
    """How far the wall clock is ahead of UTC."""
    return instant.astimezone(clock).utcoffset() or timedelta(0)


def _change(clock: ZoneInfo, day: datetime, before: timedelta, after: timedelta) -> Change:
    second = bisect_left(range(86_400), True, key=lambda s: offset_at(day + s * _SECOND, clock) != before)
    return Change(day + second * _SECOND, before, after)


def changes_around(zone: str, instant: datetime) -> list[Change]:
    """The clock changes of the UTC years before, of and after `instant`, in order."""
    return [change for year in range(instant.year - 1, instant.year + 2) for change in changes(zone, year)]


def instant_of(wall: datetime, zone: str, fold: int) -> tuple[datetime, bool]:
    """When `zone` shows `wall` for the first (0) or second (1) time, and whether it does; if not, the jump over it."""
    clock = ZoneInfo(zone)
    first, second = (wall.replace(tzinfo=clock, fold=n).utcoffset() or timedelta(0) for n in (0, 1))
    if first >= second:
        return (wall - (second if fold else first)).replace(tzinfo=UTC), True
    about = (wall - first).replace(tzinfo=UTC)
    jumps = [change.at for change in changes_around(zone, about) if change.at <= about]
    return jumps[-1], False


def wall_of(instant: datetime, zone: str) -> datetime:
    """What the clocks of `zone` show at `instant`, whole seconds, without an offset."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0, microsecond=0)


def pass_start(after: datetime, zone: str, fold: int) -> datetime:
    """The latest whole wall second whose first (0) or second (1) showing is not later than `after`."""
    local = after.astimezone(ZoneInfo(zone))
    wall = wall_of(after, zone)
    if local.fold == fold or not is_repeated(wall, zone):
        return wall
    around = changes_around(zone, after)
    if fold == 0:
        last = [change for change in around if change.at <= after][-1]
        return (last.at + last.before).replace(tzinfo=None) - _SECOND
    coming = next(change for change in around if change.at > after)
    return (coming.at + coming.after).replace(tzinfo=None) - _SECOND


def is_repeated(wall: datetime, zone: str) -> bool:
    """Whether `zone` shows `wall` twice."""
    clock = ZoneInfo(zone)
    first, second = (wall.replace(tzinfo=clock, fold=n).utcoffset() or timedelta(0) for n in (0, 1))
    return first > second
