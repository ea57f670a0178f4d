"""The self-check: finds what should not be, puts it right, and says what it found."""

from datetime import datetime, timedelta

import msgspec

from belfry.ground.errors import Invalid
from belfry.records import db, executions, jobs
from belfry.rules.gates import shown

OVERDUE = timedelta(seconds=10)
"""An instant that has not been accounted for so long after it is reported."""

_FACT = "self_check"


class Found(msgspec.Struct, frozen=True):
    """What the last self-check found, each as a sentence; what could be repaired is repaired."""

    at: datetime
    found: list[str]


async def check(now: datetime) -> Found:
    """Arm jobs that have lost their next fire, wake whoever fires what is overdue, take back what no worker holds."""
    found = [*await _arm(now), *await _wake(now), *await _take_back(now)]
    said = Found(now, found)
    await db.fetch("keep_fact", _FACT, msgspec.json.encode(said).decode())
    return said


async def latest() -> Found | None:
    """What the last self-check of any server found; None before the first."""
    row = await db.fetch_one("find_fact", _FACT)
    return msgspec.json.decode(row["value"], type=Found) if row else None


async def _arm(now: datetime) -> list[str]:
    """Active jobs with a schedule and no next fire go on after the last instant on record."""
    found: list[str] = []
    async with db.transaction():
        for row in await db.fetch("lock_unarmed_jobs"):
            try:
                following = await jobs.rearm(row["id"], now)
            except Invalid as unreadable:
                await jobs.set_aside(row["id"], unreadable, now)
                found.append(f"Job {row['id']} had no next fire, and its schedule cannot be read: it is paused.")
                continue
            went = f"fires next at {shown(following)}" if following else "is completed"
            found.append(f"Job {row['id']} had no next fire: it {went} now.")
    return found


async def _wake(now: datetime) -> list[str]:
    overdue = (await db.fetch("overdue_jobs", now - OVERDUE))[0]["count"]
    if not overdue:
        return []
    db.ring("jobs")
    return [f"{overdue} jobs were overdue by more than {OVERDUE.seconds} s: the schedulers were woken."]


async def _take_back(now: datetime) -> list[str]:
    """Executions that are held by a worker nobody knows are lost, and go to another."""
    stray = await db.fetch("stray_executions")
    for worker_id in {row["worker_id"] for row in stray}:
        await executions.lose(now, worker_id)
    return [
        f"Execution {row['id']} was held by {row['worker_id']}, which is no worker: it goes to another."
        for row in stray
    ]
