"""The due instants of a job: those of its schedule, within its bounds, as its calendar moves or excludes them."""

from datetime import datetime, timedelta

import msgspec

from belfry.rules.schedules import Schedule

_TICK = timedelta(microseconds=1)


class Timing(msgspec.Struct, frozen=True):
    """A schedule from `start_at` to `end_at`, both counting."""

    schedule: Schedule
    start_at: datetime | None = None
    end_at: datetime | None = None

    def next_fire(self, after: datetime) -> datetime | None:
        """The first instant strictly later than `after`; None when there is none."""
        following = self.schedule.next_fire(self._opened(after))
        return None if following is None or (self.end_at and following > self.end_at) else following

    def fires_between(self, start: datetime, end: datetime, limit: int) -> list[datetime]:
        """The instants with start < t <= end, ascending, at most `limit`."""
        return self.schedule.fires_between(self._opened(start), self._closed(end), limit)

    def count_between(self, start: datetime, end: datetime) -> int:
        """How many instants there are with start < t <= end."""
        return self.schedule.count_between(self._opened(start), self._closed(end))

    def last_fire(self, start: datetime, end: datetime) -> datetime | None:
        """The latest instant with start < t <= end."""
        return self.schedule.last_fire(self._opened(start), self._closed(end))

    def excluded(self, instant: datetime) -> str | None:
        """What in the calendar keeps the instant from firing; None when nothing does."""
        return None

    def _opened(self, after: datetime) -> datetime:
        return max(after, self.start_at - _TICK) if self.start_at else after

    def _closed(self, end: datetime) -> datetime:
        return min(end, self.end_at) if self.end_at else end
