"""The scheduler: fires what is due. Every server runs one; none leads."""

from datetime import datetime

from belfry.records import db, fires, jobs

LOOK_AGAIN_SECONDS = 10.0
"""It looks so often even when nobody rings."""


async def tick(now: datetime) -> int:
    """Fire what is due at `now`; the number of jobs taken."""
    await jobs.resume_due(now)
    return await fires.take_due(now)


async def turn() -> float:
    """One turn of the loop; the seconds until the next due instant."""
    now = await db.now()
    if await tick(now) == fires.BATCH:
        return 0
    row = await db.fetch_one("next_due")
    if row is None or row["at"] is None:
        return LOOK_AGAIN_SECONDS
    return min((row["at"] - await db.now()).total_seconds(), LOOK_AGAIN_SECONDS)
