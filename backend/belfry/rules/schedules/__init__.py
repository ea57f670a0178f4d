"""Schedules: what people write, the rule it means, and the instants that rule names.

schedule = parse("daily at 3 AM", "Europe/Berlin", anchor=created_at)
schedule.next_fire(now)
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

import msgspec

from belfry.ground.errors import invalid
from belfry.rules.schedules import notices
from belfry.rules.schedules.plans import Every, Manual, Once, Plan, Walls
from belfry.rules.schedules.reading import bind, read
from belfry.rules.schedules.saying import say
from belfry.rules.schedules.zones import DAWN, DEFAULT, HORIZON, ClockChanges, instant_of, zone_name

__all__ = ["ClockChanges", "Kind", "Schedule", "marks", "parse", "refuse_what_never_fires", "warnings"]

Kind = Literal["cron", "interval", "once", "manual"]
_KINDS: dict[type[Plan], Kind] = {Walls: "cron", Every: "interval", Once: "once", Manual: "manual"}


class Schedule(msgspec.Struct, frozen=True):
    """A rule in a zone, and the instants it names; all of them aware and in UTC."""

    plan: Plan
    timezone: str

    @property
    def kind(self) -> Kind:
        """cron, interval, once or manual."""
        return _KINDS[type(self.plan)]

    @property
    def rule(self) -> str:
        """The normalised text: `*/5 * * * *`, `every 7 minutes`, an ISO instant, `manual`. It parses to itself."""
        return str(self.plan)

    @property
    def description(self) -> str:
        """The rule in words, which parse back to the same rule."""
        return _said(self.plan)

    def next_fire(self, after: datetime) -> datetime | None:
        """The first fire strictly later than `after`; None when there is none within 50 years."""
        if after >= HORIZON:
            return None
        return self.plan.after(max(after.astimezone(UTC), DAWN))

    def instant(self, moment: datetime) -> datetime:
        """The moment in UTC; one without an offset is what the clocks of the zone show."""
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
        return instant_of(moment, self.timezone, 0)[0]

    def fires_between(self, start: datetime, end: datetime, limit: int) -> list[datetime]:
        """The fires with start < t ≤ end, ascending, at most `limit` of them."""
        fires: list[datetime] = []
        fire = self.next_fire(start)
        while fire is not None and fire <= end and len(fires) < limit:
            fires.append(fire)
            fire = self.next_fire(fire)
        return fires

    def count_between(self, start: datetime, end: datetime) -> int:
        """How many fires there are with start < t ≤ end; it takes no longer when there are many."""
        start, end = _within_time(start), _within_time(end)
        return self.plan.count_between(start, end) if start < end else 0

    def last_fire(self, start: datetime, end: datetime) -> datetime | None:
        """The latest fire with start < t ≤ end."""
        start, end = _within_time(start), _within_time(end)
        return self.plan.last_fire(start, end) if start < end else None


def _within_time(instant: datetime) -> datetime:
    return min(max(instant.astimezone(UTC), DAWN), HORIZON)


_said = lru_cache(maxsize=16_384)(say)


def parse(
    text: str,
    timezone: str = "UTC",
    *,
    anchor: datetime,
    job_id: str | None = None,
    clock_changes: ClockChanges = DEFAULT,
) -> Schedule:
    """The schedule written as words, cron, macro, interval, instant or `manual`.

    `anchor` is the aware instant the job was created at: rates and relative words count from it. `job_id` places `H`.
    Raises Invalid for the field `schedule` (what, and at which position from 1) or `timezone`.
    """
    zone = zone_name(timezone)
    return Schedule(bind(read(text, job_id), zone, anchor, clock_changes), zone)


def refuse_what_never_fires(schedule: Schedule, now: datetime) -> None:
    """Raises Invalid for the field `schedule` when nothing fires after `now`, unless the job is run by hand."""
    if schedule.kind == "manual" or schedule.next_fire(now) is not None:
        return
    if isinstance(schedule.plan, Once):
        raise invalid("schedule", f"{schedule.rule} is in the past", "in_the_past")
    raise invalid("schedule", f"{schedule.rule} never fires after {now.isoformat()}", "never_fires")


def marks(schedule: Schedule, fires: list[datetime]) -> list[str | None]:
    """For each fire what a clock change has to do with it, None when nothing."""
    return [notices.mark(schedule.plan, schedule.timezone, fire) for fire in fires]


def warnings(schedule: Schedule, after: datetime) -> list[str]:
    """What somebody who wrote this rule may not expect of it in the year after `after`."""
    return notices.warnings(schedule.plan, after)
