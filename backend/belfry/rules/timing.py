"""The due instants of a job: those of its schedule, within its bounds, as its calendar moves or excludes them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from belfry.ground.errors import invalid
from belfry.rules import calendars
from belfry.rules.calendars import FURTHEST_DAYS, Calendar, Shift, Use
from belfry.rules.schedules import Schedule
from belfry.rules.schedules.zones import HORIZON

MOST_A_DAY = 24
"""A schedule that fires more often has no days that could be moved."""

_TICK = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_RECENT = timedelta(days=62)


class Kept(msgspec.Struct, frozen=True):
    """The calendar a job keeps to: whether it runs never or only inside, and what becomes of what that forbids."""

    calendar: Calendar
    use: Use = "never"
    shift: Shift = "skip"


class Timing(msgspec.Struct, frozen=True):
    """A schedule from `start_at` to `end_at`, both counting, and the calendar it keeps to."""

    schedule: Schedule
    start_at: datetime | None = None
    end_at: datetime | None = None
    kept: Kept | None = None

    @property
    def moves(self) -> bool:
        """Whether the calendar moves instants to business days."""
        return self.kept is not None and self.kept.shift != "skip"

    def next_fire(self, after: datetime) -> datetime | None:
        """The first instant strictly later than `after`; None when there is none."""
        opened = self._opened(after)
        following = self._next_moved(opened) if self.moves else self.schedule.next_fire(opened)
        return None if following is None or (self.end_at and following > self.end_at) else following

    def fires_between(self, start: datetime, end: datetime, limit: int) -> list[datetime]:
        """The instants with start < t <= end, ascending, at most `limit`."""
        if not self.moves:
            return self.schedule.fires_between(self._opened(start), self._closed(end), limit)
        return [fire for _, fire in zip(range(limit), self._walk(start, end), strict=False)]

    def upcoming(self, after: datetime, count: int) -> list[datetime]:
        """The next `count` instants later than `after`, fewer at the end."""
        fires, span = list[datetime](), _DAY
        while len(fires) < count:
            start = fires[-1] if fires else after
            found = self.fires_between(start, min(start + span, HORIZON), count - len(fires))
            if not found:
                following = self.next_fire(start)
                if following is None:
                    break
                found = [following]
            fires += found
            span = min(2 * span, 366 * _DAY)
        return fires

    def count_between(self, start: datetime, end: datetime) -> int:
        """How many instants there are with start < t <= end."""
        if not self.moves:
            return self.schedule.count_between(self._opened(start), self._closed(end))
        return sum(1 for _ in self._walk(start, end))

    def last_fire(self, start: datetime, end: datetime) -> datetime | None:
        """The latest instant with start < t <= end."""
        if not self.moves:
            return self.schedule.last_fire(self._opened(start), self._closed(end))
        recent = [*self._walk(max(start, end - _RECENT), end)] or [*self._walk(start, end)]
        return recent[-1] if recent else None

    def excluded(self, instant: datetime) -> str | None:
        """What in the calendar keeps the instant from firing; None when nothing does."""
        if self.kept is None:
            return None
        return calendars.allows(self.kept.calendar, self.kept.use, instant, self.schedule.timezone)

    def moved_from(self, instant: datetime) -> datetime | None:
        """The instant of the schedule that the calendar moved to this one; None when this is one of its own."""
        if not self.moves or self.schedule.next_fire(instant - _TICK) == instant:
            return None
        span = (FURTHEST_DAYS + 1) * _DAY
        near = self.schedule.fires_between(instant - span, instant + span, 2 * MOST_A_DAY * FURTHEST_DAYS)
        return next((fire for fire in near if self._moved(fire) == instant), None)

    def _walk(self, start: datetime, end: datetime) -> Iterator[datetime]:
        fire = self.next_fire(start)
        while fire is not None and fire <= end:
            yield fire
            fire = self.next_fire(fire)

    def _next_moved(self, after: datetime) -> datetime | None:
        """The first instant later than `after` when those of days off are moved.

        What is moved forward past `after` comes from the business day before it or later; what is moved back comes from
        no later than the business day after the best one found.
        """
        best, fire = None, self.schedule.next_fire(self._farthest(after, -1) if self._shift == "next" else after)
        while fire is not None and (best is None or fire <= self._farthest(best, 1)):
            moved = self._moved(fire)
            if moved > after and (best is None or moved < best):
                best = moved
            fire = self.schedule.next_fire(fire)
        return best

    @property
    def _shift(self) -> Shift:
        return self.kept.shift if self.kept else "skip"

    def _farthest(self, instant: datetime, direction: int) -> datetime:
        """The beginning of the business day before `instant`, or the end of the one after it."""
        assert self.kept is not None
        zone = self.schedule.timezone
        day = instant.astimezone(ZoneInfo(zone)).date()
        look = calendars.next_business_day if direction > 0 else calendars.previous_business_day
        edge = look(self.kept.calendar, day, zone) or day + direction * FURTHEST_DAYS * _DAY
        if direction > 0:
            edge += _DAY
        return self.schedule.instant(datetime.combine(edge, datetime.min.time())) - _TICK

    def _moved(self, fire: datetime) -> datetime:
        """The instant at which a fire of the schedule takes place: the same wall time on a business day."""
        assert self.kept is not None
        if self.excluded(fire) is None:
            return fire
        wall = fire.astimezone(ZoneInfo(self.schedule.timezone)).replace(tzinfo=None, fold=0)
        look = calendars.next_business_day if self.kept.shift == "next" else calendars.previous_business_day
        day = look(self.kept.calendar, wall.date(), self.schedule.timezone)
        return fire if day is None else self.schedule.instant(datetime.combine(day, wall.time()))

    def _opened(self, after: datetime) -> datetime:
        return max(after, self.start_at - _TICK) if self.start_at else after

    def _closed(self, end: datetime) -> datetime:
        return min(end, self.end_at) if self.end_at else end


def refuse_what_cannot_move(timing: Timing) -> None:
    """Raises Invalid for the field `calendar_shift` when the schedule fires so often that no day can be moved."""
    if timing.moves and timing.schedule.most_a_day > MOST_A_DAY:
        raise invalid(
            "calendar_shift",
            f"moves what fires at most {MOST_A_DAY} times a day, and this fires more often; choose skip",
            "too_often",
        )
