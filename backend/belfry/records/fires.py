"""Firing jobs: at their due instants, by hand, and making up for what was missed."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from belfry.ground.errors import Conflict, Invalid, NotFound
from belfry.records import calendars, db, executions, jobs, timings
from belfry.rules import firing
from belfry.rules.calendars import Calendar
from belfry.rules.definition import unstorable

BATCH = 1000


async def take_due(now: datetime, limit: int = BATCH) -> int:
    """Fire every job due at `now`, at most `limit`, in one transaction; the number of jobs taken.

    A job another server is firing is passed over. Each due instant gets exactly one record, because the row is
    locked, and the next instant is written only over the one that was read.
    """
    async with db.transaction():
        due = await db.fetch("lock_due_jobs", now, limit)
        if not due:
            return 0
        known = await calendars.known(row["calendar"] for row in due)
        verdicts = [(row, verdict) for row in due if (verdict := await _decide(row, known, now))]
        fired = await db.fetch("fire_jobs", now, *_advances(verdicts), *_fires(verdicts), *_skips(verdicts))
        waiting = [row["job_id"] for row in fired if row["state"] == "waiting"]
        if waiting:
            await executions.release(now, waiting)
        db.ring("queue", "events")
    if any(fire.waits and row["overlap"] == "cancel" for row, verdict in verdicts for fire in verdict.fires):
        await executions.supersede(now)
    return len(due)


Verdict = tuple[db.Row, firing.Firing]


async def _decide(row: db.Row, known: Mapping[str, Calendar], now: datetime) -> firing.Firing | None:
    """What becomes of a job's due instants; None when it had to be set aside."""
    try:
        timing = timings.timing_of(row, known)
    except Invalid as unreadable:
        await jobs.set_aside(row["id"], unreadable, now)
        return None
    due = firing.Due(
        job_id=row["id"],
        next_fire_at=row["next_fire_at"],
        paused_until=now if row["state"] == "paused" else row["resumed_at"],
        misfire=row["misfire"],
        misfire_limit=row["misfire_limit"],
        overlap=row["overlap"],
        live=row["live"],
        room=row["max_concurrency"],
        runs_left=None if row["max_runs"] is None else row["max_runs"] - row["runs"],
        jitter_seconds=row["jitter_seconds"],
    )
    return firing.decide(due, timing, now)


def _advances(verdicts: Iterable[Verdict]) -> list[list[object]]:
    rows = [
        (
            row["id"],
            row["next_fire_at"],
            verdict.next_fire_at,
            verdict.fires[-1].due_at if verdict.fires else None,
            verdict.last,
            len(verdict.fires),
            *_going_on(row, verdict),
        )
        for row, verdict in verdicts
    ]
    return db.columns(rows, 8)


def _going_on(row: db.Row, verdict: firing.Firing) -> tuple[datetime | None, str | None]:
    """The record of skips that the next skip of the same reason joins: since when, and the reason."""
    if not verdict.skips or verdict.skips[-1].last < verdict.last:
        return None, None
    last = verdict.skips[-1]
    return _joined(row, last) or last.first, last.reason


def _joined(row: db.Row, skip: firing.Skip) -> datetime | None:
    """The beginning of the record that this skip only lengthens; None when it is a record of its own."""
    goes_on = row["skip_reason"] == skip.reason and skip.first == row["next_fire_at"]
    return row["skip_since"] if goes_on else None


def _fires(verdicts: Iterable[Verdict]) -> list[list[object]]:
    rows = [
        (
            row["id"],
            fire.due_at,
            fire.ready_at,
            "waiting" if row["dependent"] or fire.waits else "queued",
            fire.jitter_seconds,
            fire.stands_for,
            "overlap" if fire.waits else None,
        )
        for row, verdict in verdicts
        for fire in verdict.fires
    ]
    return db.columns(rows, 7)


def _skips(verdicts: Iterable[Verdict]) -> list[list[object]]:
    rows = [
        (row["id"], skip.first, skip.last, skip.count, skip.reason, _joined(row, skip))
        for row, verdict in verdicts
        for skip in verdict.skips
    ]
    return db.columns(rows, 6)


class Run(msgspec.Struct, forbid_unknown_fields=True):
    """How to run a job by hand: with other arguments, or whatever its dependencies and pause say."""

    args: dict[str, Any] | None = None
    force: bool = False


async def run_now(job_id: str, run: Run, key: str | None, now: datetime, trigger: str = "manual") -> tuple[int, bool]:
    """Create an execution of the job now: its id, and whether it is new.

    The same `key` for the same job gives the execution of the first call. NotFound; Conflict when the job is paused,
    Invalid for arguments its command does not take. With dependencies it waits for them like a fire, unless `force`.
    """
    async with db.transaction():
        job = await db.fetch_one("lock_job_to_run", job_id)
        if job is None:
            raise NotFound(kind="job", id=job_id)
        if key and (known := await db.fetch_one("find_key", job_id, key)):
            return known["execution_id"], False
        if job["state"] == "paused" and not run.force:
            raise Conflict(reason=f"Job {job_id!r} is paused; resume it, or run it with force.")
        if run.args is not None:
            await jobs.check_args(job["command"], run.args)
            if unstored := [*unstorable(run.args, "args")]:
                raise Invalid(*unstored)
        args = None if run.args is None else msgspec.json.encode(run.args).decode()
        waits = job["dependent"] and not run.force
        row = await db.fetch_one("run_job", now, job_id, args, trigger, "waiting" if waits else "queued", key, None)
        assert row is not None
        if key:
            await db.fetch("keep_key", now, job_id, key, row["id"])
        if waits:
            await executions.release(now, [job_id])
        db.ring("queue", "events")
    return row["id"], True


async def run_again(execution_id: int, now: datetime) -> int:
    """Run a past execution again, as a new one with the same arguments; its id. NotFound; Conflict while it lives."""
    async with db.transaction():
        past = await db.fetch_one("find_past", execution_id)
        if past is None:
            raise NotFound(kind="execution", id=execution_id)
        if past["finished_at"] is None:
            raise Conflict(reason=f"Execution {execution_id} has not ended yet; cancel it first.")
        reason = f"retry of {execution_id}"
        row = await db.fetch_one("run_job", now, past["job_id"], past["args"], "manual", "queued", None, reason)
        if row is None:
            raise NotFound(kind="job", id=past["job_id"])
        db.ring("queue", "events")
    return row["id"]
