"""Backfill: instants of the past, counted beforehand, paced, at low priority."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from belfry.ground.errors import Invalid
from belfry.loops import scheduler
from belfry.records import db, history
from belfry.records.backfill import MOST, Backfill, backfill
from factories import a_job, a_worker, dispatched, run

SECOND = timedelta(seconds=1)
pytestmark = pytest.mark.usefixtures("database")


async def executions_of(job_id: str, **narrowed: Any) -> list[dict[str, Any]]:
    rows, _, _ = await history.page(history.Filter(job=job_id, sort="due_at", **narrowed), 0, 200)
    return rows


async def a_past(job: datetime, seconds: int = 100) -> tuple[str, datetime]:
    """A job that fires each 10 s, made so long before `now`."""
    made = job - timedelta(seconds=seconds)
    return await a_job(made, schedule="every 11 seconds"), made


async def test_each_instant_is_queued_at_low_priority_one_after_the_other() -> None:
    now = await db.now()
    job_id, made = await a_past(now)
    asked = Backfill(start=made + 11 * SECOND, end=made + 44 * SECOND, pace_seconds=2)
    assert len(await backfill(job_id, asked, now)) == 4
    rows = await executions_of(job_id)
    assert [(row["due_at"], row["trigger"], row["priority"]) for row in rows] == [
        (made + 11 * step * SECOND, "backfill", 3) for step in range(1, 5)
    ]
    assert [row["ready_at"] for row in rows] == [now + 2 * step * SECOND for step in range(4)]


async def test_a_count_beforehand_queues_nothing() -> None:
    now = await db.now()
    job_id, made = await a_past(now)
    assert len(await backfill(job_id, Backfill(start=made, end=now, dry_run=True), now)) == 9
    assert await executions_of(job_id) == []


async def test_only_what_is_missing_is_run() -> None:
    now = await db.now()
    job_id, made = await a_past(now)
    await scheduler.tick(made + 11 * SECOND)
    await scheduler.tick(made + 22 * SECOND)
    assert [row["state"] for row in await executions_of(job_id)] == ["queued", "skipped"]
    asked = Backfill(start=made, end=made + 33 * SECOND, only_missing=True, pace_seconds=0)
    assert await backfill(job_id, asked, now) == [made + 22 * SECOND, made + 33 * SECOND]
    assert await backfill(job_id, asked, now) == []


async def test_what_is_backfilled_lets_the_rest_go_first() -> None:
    now = await db.now()
    job_id, made = await a_past(now)
    await backfill(job_id, Backfill(start=made, end=now, pace_seconds=0), now)
    await a_worker(now, capacity=1)
    other = await run(await a_job(now, id="other"), now)
    assert list(await dispatched(now)) == [other]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"end": -200}, "to"),
        ({"end": 10}, "to"),
        ({"pace_seconds": -1}, "pace_seconds"),
        ({"pace_seconds": 3601}, "pace_seconds"),
    ],
)
async def test_what_makes_no_sense_is_refused(change: dict[str, Any], field: str) -> None:
    now = await db.now()
    job_id, made = await a_past(now)
    given = {"start": made, "end": now} | change
    given["end"] = now + given["end"] * SECOND if isinstance(given["end"], int) else given["end"]
    with pytest.raises(Invalid) as refused:
        await backfill(job_id, Backfill(**given), now)
    assert [error.field for error in refused.value.errors] == [field]


async def test_too_many_are_refused_before_anything_is_queued() -> None:
    now = await db.now()
    job_id, made = await a_past(now, 11 * (MOST + 2))
    with pytest.raises(Invalid, match="more than 10,000"):
        await backfill(job_id, Backfill(start=made, end=now), now)
    assert await executions_of(job_id) == []
