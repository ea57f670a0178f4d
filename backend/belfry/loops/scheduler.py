"""The scheduler: fires what is due. Every server runs one; none leads."""

from datetime import datetime
from time import monotonic

from belfry.records import db, fires, jobs, signals

LOOK_AGAIN_SECONDS = 10.0
"""It looks so often even when nobody rings."""

PASSED_OVER_SECONDS = 0.02
"""It looks again so soon for what is due while somebody else holds it."""


async def tick(now: datetime) -> int:
    """Fire what is due at `now`; the number of jobs taken."""
    due = await db.fetch_one("what_is_due", now)
    if due and due["resuming"]:
        await jobs.resume_due(now)
    return await fires.take_due(now) if due and (due["firing"] or due["resuming"]) else 0


class Scheduler:
    """The loop over `tick`. `lag_seconds` is how late the last tick with something to fire began."""

    def __init__(self) -> None:
        self.alarm = signals.alarm("jobs")
        self.lag_seconds: float | None = None
        self._ticked_at: float | None = None
        self._due_at: datetime | None = None

    @property
    def tick_age_seconds(self) -> float | None:
        """Seconds since the last tick; None before the first."""
        return None if self._ticked_at is None else monotonic() - self._ticked_at

    async def turn(self) -> float:
        """One turn of the loop; the seconds until the next due instant."""
        now = await db.now()
        if self._due_at and now >= self._due_at:
            self.lag_seconds = (now - self._due_at).total_seconds()
        taken = await tick(now)
        self._ticked_at = monotonic()
        if taken == fires.BATCH:
            return 0
        row = await db.fetch_one("next_due")
        self._due_at = row["at"] if row else None
        if self._due_at is None:
            return LOOK_AGAIN_SECONDS
        if self._due_at <= now and not taken:
            return PASSED_OVER_SECONDS
        return min((self._due_at - await db.now()).total_seconds(), LOOK_AGAIN_SECONDS)
