"""The state of the whole: counts, lateness, and what is wrong."""

from datetime import datetime, timedelta
from heapq import heappop, heappush

import msgspec

from belfry.records import calendars, db, timings
from belfry.rules.timing import Timing

DAY = timedelta(days=1)
OVERDUE = timedelta(seconds=10)
SAMPLE = 10_000
FORESEEN = 1_000


class Fire(msgspec.Struct, frozen=True):
    """A predicted fire of a job."""

    at: datetime
    job_id: str
    name: str


async def count_jobs() -> dict[str, int]:
    """The number of jobs in each state."""
    return {row["state"]: row["count"] for row in await db.fetch("count_jobs")}


async def executions(now: datetime) -> dict[str, int]:
    """The number of executions in each state: all live ones, and the past ones due in the last 24 hours."""
    return {row["state"]: row["count"] for row in await db.fetch("count_executions", now - DAY)}


async def lateness(now: datetime) -> dict[str, float | None]:
    """How late the scheduled executions of the last 24 hours began, the latest `SAMPLE` of them; None without any."""
    rows = await db.fetch("lateness", now - DAY, SAMPLE)
    percentiles = rows[0]["percentiles"] or (None, None, None)
    return dict(zip(("p50", "p95", "p99"), percentiles, strict=True))


async def problems(now: datetime) -> list[str]:
    """What is wrong with the whole, each as a sentence; nothing when all is well."""
    found: list[str] = []
    overdue = (await db.fetch("overdue_jobs", now - OVERDUE))[0]["count"]
    if overdue:
        found.append(f"{overdue} jobs are overdue by more than {OVERDUE.seconds} s: no server fires them.")
    for row in await db.fetch("stuck_queue", now - OVERDUE):
        found.append(f"{row['count']} executions wait for a worker that offers {row['command']!r}; none is online.")
    return found


async def upcoming(now: datetime, hours: float) -> list[Fire]:
    """The fires predicted for the next hours, the soonest first, at most `FORESEEN`."""
    end = now + timedelta(hours=hours)
    ahead: list[tuple[datetime, str, db.Row, Timing]] = []
    rows = await db.fetch("upcoming_jobs", end, FORESEEN)
    known = await calendars.known(row["calendar"] for row in rows)
    for row in rows:
        heappush(ahead, (row["next_fire_at"], row["id"], row, timings.timing_of(row, known)))
    fires: list[Fire] = []
    while ahead and len(fires) < FORESEEN:
        at, job_id, row, timing = heappop(ahead)
        fires.append(Fire(at, job_id, row["name"]))
        following = timing.next_fire(at)
        if following and following <= end:
            heappush(ahead, (following, job_id, row, timing))
    return fires
