"""Schedules: what people write, the rule it means, and the instants that rule names.

schedule = parse("daily at 3 AM", "Europe/Berlin", anchor=created_at)
schedule.next_fire(now)
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Literal, TypedDict, Unpack

import msgspec

from belfry.ground.errors import invalid
from belfry.rules.schedules import notices
from belfry.rules.schedules.plans import Every, Manual, Once, Plan, Walls
from belfry.rules.schedules.reading import Setting, bind, place_of, read
from belfry.rules.schedules.saying import say
from belfry.rules.schedules.walls import recurs
from belfry.rules.schedules.zones import DAWN, DEFAULT, HORIZON, ClockChanges, instant_of, wall_of, zone_name

__all__ = [
    "ClockChanges",
    "Kind",
    "Schedule",
    "instant_in",
    "marks",
    "parse",
    "prepare",
    "refuse_what_never_fires",
    "warnings",
]

Kind = Literal["cron", "rrule", "interval", "once", "manual"]
_KINDS: dict[type[Plan], Kind] = {Walls: "cron", Every: "interval", Once: "once", Manual: "manual"}


class Schedule(msgspec.Struct, frozen=True):
    """A rule in a zone, and the instants it names; all of them aware and in UTC."""

    plan: Plan
    timezone: str
    start: datetime | None = None
    until: datetime | None = None

    @property
    def kind(self) -> Kind:
        """cron, rrule, interval, once or manual."""
        if isinstance(self.plan, Walls) and any(map(recurs, self.plan.rules)):
            return "rrule"
        return _KINDS[type(self.plan)]

    @property
    def rule(self) -> str:
        """The normalised text: `*/5 * * * *`, `every 7 minutes`, an ISO instant, `manual`. It parses to itself."""
        return str(self.plan) + self._bounds

    @property
    def description(self) -> str:
        """The rule in words, which parse back to the same rule."""
        return _said(self.plan) + self._bounds

    @property
    def _bounds(self) -> str:
        named = (("starting", self.start), ("until", self.until))
        return "".join(f" {word} {instant.isoformat().replace('+00:00', 'Z')}" for word, instant in named if instant)

    def next_fire(self, after: datetime) -> datetime | None:
        """The first fire strictly later than `after`; None when there is none within 50 years."""
        if after >= HORIZON:
            return None
        since = max(after.astimezone(UTC), DAWN)
        if self.start is not None:
            since = max(since, self.start - _INSTANT)
        fire = self.plan.after(since)
        return None if fire is None or (self.until is not None and fire > self.until) else fire

    def instant(self, moment: datetime, field: str = "at") -> datetime:
        """The moment in UTC; one without an offset is what the clocks of the zone show. Invalid for the field."""
        return instant_in(moment, self.timezone, field)

    def wall(self, instant: datetime) -> datetime:
        """What the clocks of the zone show then, without an offset."""
        return wall_of(instant, self.timezone)

    def fires_between(self, start: datetime, end: datetime, limit: int) -> list[datetime]:
        """The fires with start < t ≤ end, ascending, at most `limit` of them."""
        if isinstance(self.plan, Walls):
            first, last = self._bounded(start, end)
            return [*islice(self.plan.fires_between(first, last), limit)] if first < last else []
        fires: list[datetime] = []
        fire = self.next_fire(start)
        while fire is not None and fire <= end and len(fires) < limit:
            fires.append(fire)
            fire = self.next_fire(fire)
        return fires

    @property
    def most_a_day(self) -> int:
        """How often it fires at most on one day."""
        return self.plan.most_a_day

    def count_between(self, start: datetime, end: datetime) -> int:
        """How many fires there are with start < t ≤ end; it takes no longer when there are many."""
        start, end = self._bounded(start, end)
        return self.plan.count_between(start, end) if start < end else 0

    def last_fire(self, start: datetime, end: datetime) -> datetime | None:
        """The latest fire with start < t ≤ end."""
        start, end = self._bounded(start, end)
        return self.plan.last_fire(start, end) if start < end else None

    def _bounded(self, start: datetime, end: datetime) -> tuple[datetime, datetime]:
        """The span as far as it lies within `start` and `until`, and within time."""
        first = max(start.astimezone(UTC), DAWN, self.start - _INSTANT if self.start else DAWN)
        return first, min(end.astimezone(UTC), HORIZON, self.until or HORIZON)


_INSTANT = timedelta(microseconds=1)
_said = lru_cache(maxsize=16_384)(say)


class Origin(TypedDict, total=False):
    """What else a text may depend on: when it was written, whose it is, and what clock changes do to it."""

    said_at: datetime | None
    job_id: str | None
    clock_changes: ClockChanges


def parse(text: str, timezone: str = "UTC", *, anchor: datetime, **origin: Unpack[Origin]) -> Schedule:
    """The schedule written as words, cron, macro, interval, instant or `manual`.

    `anchor` is the aware instant the job was created at: rates count from it. `said_at` is when the text was written,
    which "tomorrow" and "in 10 minutes" are relative to; the anchor unless given. A zone that the text names at its end
    holds when `timezone` is UTC or the same. `job_id` places `H` and "any time".
    Raises Invalid for the field `schedule` (what, and at which position from 1) or `timezone`.
    """
    place = place_of(text, timezone)
    setting = Setting(place.zone, anchor, origin.get("said_at") or anchor, origin.get("clock_changes", DEFAULT))
    bound = bind(read(place.text, origin.get("job_id")), setting)
    zone = bound.plan.zone if isinstance(bound.plan, Walls) else place.zone
    return Schedule(bound.plan, zone, bound.start, bound.until)


def prepare() -> None:
    """Build the grammar of words, which takes a third of a second, before the first sentence waits for it."""
    say(Walls(("0 0 * * *",), "UTC", DEFAULT))


def instant_in(moment: datetime, timezone: str, field: str) -> datetime:
    """The moment in UTC; one without an offset is what the clocks of `timezone` show. Invalid for that or the field."""
    zone = zone_name(timezone)
    if not 1900 <= moment.year <= 9000:
        raise invalid(field, "must lie between the years 1900 and 9000", "range")
    return moment.astimezone(UTC) if moment.tzinfo is not None else instant_of(moment, zone, 0)[0]


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
