"""Executions: what moves them from state to state. Each verb is one statement, guarded by compare-and-set.

Zero rows moved is the ordinary answer "stale": somebody else was first, or the fence no longer holds.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from belfry.records import db
from belfry.rules.lifecycle import LOSSES_ALLOWED, RetryPolicy, retry_after
from belfry.rules.placement import Assignment, Place, Queued
from belfry.rules.wire import Assign, Finished, Holding, Logged, Progress, Started

DISPATCH_LOCK = 0x64697370

Said = TypeVar("Said", bound=Holding)


class Report(msgspec.Struct, Generic[Said], frozen=True):
    """What a worker said about one attempt, `since` seconds ago by the server's own watch."""

    worker_id: str
    said: Said
    since: float = 0

    @property
    def key(self) -> tuple[object, ...]:
        """What proves whose attempt it is."""
        return self.said.execution_id, self.worker_id, self.said.attempt, self.said.fence


async def take_dispatch() -> None:
    """Be the only one to assign until the transaction ends."""
    await db.fetch("lock_advisory", DISPATCH_LOCK)


async def pause_dispatch() -> None:
    """Let nobody assign until the transaction ends: what a worker was given is all on record."""
    await db.fetch("share_advisory", DISPATCH_LOCK)


async def queue_head(now: datetime, limit: int, full: Iterable[Queued] = ()) -> list[Queued]:
    """What may start now, in order: at most `limit` of each priority, nothing that needs what `full` needs."""
    needs = {(queued.command, queued.packed_labels) for queued in full}
    rows = await db.fetch("queue_head", now, limit, *db.columns(list(needs), 2))
    return [Queued(row["id"], row["command"], row["labels"]) for row in rows]


async def places(now: datetime) -> list[Place]:
    """The workers that may be given work, with their load counted from live executions."""
    return [
        Place(row["id"], row["capacity"], row["taken"], frozenset(row["commands"]), _labels(row["labels"]))
        for row in await db.fetch("worker_places", now)
    ]


def _labels(text: str) -> dict[str, str]:
    return {} if text == "{}" else msgspec.json.decode(text, type=dict[str, str])


async def assign(assignments: Sequence[Assignment], now: datetime) -> int:
    """Give queued executions to workers; the number that were still queued."""
    ids = [assignment.execution_id for assignment in assignments]
    workers = [assignment.worker_id for assignment in assignments]
    rows = await db.fetch("assign_executions", now, ids, workers)
    db.ring("held", "events")
    return rows[0]["assigned"]


async def held(fences: Mapping[str, int]) -> dict[str, list[Assign]]:
    """What the workers were given under a fence above the one named for each, and have not begun; by worker."""
    found: dict[str, list[Assign]] = {}
    for row in await db.fetch("held_executions", list(fences), list(fences.values()), min(fences.values())):
        found.setdefault(row["worker_id"], []).append(
            Assign(
                execution_id=row["id"],
                attempt=row["attempt"],
                fence=row["fence"],
                job_id=row["job_id"],
                command=row["command"],
                args=row["args"],
                due_at=row["due_at"].isoformat(),
                stands_for=row["stands_for"] or 1,
                timeout_seconds=row["timeout_seconds"],
            )
        )
    return found


async def cancellations(workers: Sequence[str]) -> dict[str, list[Holding]]:
    """The attempts on these workers that should end, by worker."""
    found: dict[str, list[Holding]] = {}
    for row in await db.fetch("cancellations", workers):
        found.setdefault(row["worker_id"], []).append(
            Holding(execution_id=row["id"], attempt=row["attempt"], fence=row["fence"])
        )
    return found


async def speak_for(workers: Iterable[str]) -> None:
    """Be the only one to report for these workers until the transaction ends.

    Whoever moves more than one execution that workers hold says so first: then no two ever wait for each other.
    """
    await db.fetch("lock_reporters", sorted(set(workers)))


async def speak_for_holders(job_id: str) -> None:
    """Be the only one to report on what workers hold of this job, while nobody assigns, until the transaction ends."""
    await pause_dispatch()
    await db.fetch("lock_holders", job_id)


async def start(reports: Sequence[Report[Started]], now: datetime) -> None:
    """Record that attempts began."""
    rows = [(*report.key, report.said.age_seconds + report.since) for report in reports]
    await db.fetch("start_executions", now, *db.columns(rows, 5))
    db.ring("events")


async def finish(reports: Sequence[Report[Finished]], now: datetime, returned: Sequence[Report[Holding]] = ()) -> None:
    """Record that attempts ended, for good or with another attempt to come, and that others come back unbegun.

    What comes back unbegun keeps its number of attempts. What depended on the ended is released. One transaction:
    either all of it is kept, or none.
    """
    async with db.transaction():
        await settle_dependants(await _moved(reports, now, returned), now)
        db.ring("events", "queue")


async def take_back(worker_id: str, unheld: Sequence[Report[Holding]], now: datetime) -> None:
    """Take back what this worker was given and doesn't hold: what never began keeps its number, the rest is lost."""
    async with db.transaction():
        ended = await _moved((), now, unheld)
        lost = await _lost(now, worker_id, [report.said.execution_id for report in unheld])
        await settle_dependants(ended + lost, now)
        db.ring("events", "queue")


async def _moved(
    reports: Sequence[Report[Finished]], now: datetime, returned: Sequence[Report[Holding]]
) -> list[db.Row]:
    """Write down ends and returns; what has ended for good. Settling is left to the caller, once in a transaction:
    only then are dependants locked in one order.
    """
    again, over = await _divide(reports)
    keys = [report.key for report in returned]
    back = list(await db.fetch("retry_executions", now, *db.columns(again, 8))) if again else []
    back += await db.fetch("return_executions", now, *db.columns(keys, 4)) if keys else []
    ended = list(await db.fetch("finish_executions", now, *db.columns(over, 10))) if over else []
    return ended + await _cancelled_as_asked(back, now)


async def _divide(
    reports: Sequence[Report[Finished]],
) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Split reports into rows to retry and rows to end, by the policy each execution carries."""
    failed = [report.said.execution_id for report in reports if report.said.outcome == "failed"]
    carried = {row["id"]: row for row in await db.fetch("retry_policies", failed)} if failed else {}
    again: list[tuple[object, ...]] = []
    ended: list[tuple[object, ...]] = []
    for report in reports:
        said, age = report.said, report.said.age_seconds + report.since
        delay = _delay(said, carried.get(said.execution_id)) if said.outcome == "failed" else None
        if delay is not None:
            again.append((*report.key, age, said.duration_seconds, said.error, delay))
        else:
            ended.append((*report.key, said.outcome, age, said.duration_seconds, said.result, said.error, said.reason))
    return again, ended


def _delay(said: Finished, carried: db.Row | None) -> float | None:
    """Seconds to the next attempt, or None when this one was the last."""
    if carried is None:
        return None
    policy = msgspec.json.decode(carried["retry_policy"], type=RetryPolicy)
    delay = retry_after(policy, said.attempt, carried["losses"], random.random())
    return delay if delay is None or said.retry_in_seconds is None else said.retry_in_seconds


async def _cancelled_as_asked(back: Sequence[db.Row], now: datetime) -> list[db.Row]:
    """Cancel what is back in the queue after somebody asked to cancel it; what was."""
    ids = [row["id"] for row in back if row["cancel_requested"]]
    return [row for one in ids for row in await db.fetch("cancel_execution", now, one, "cancelled on request")]


async def settle_dependants(ended: Sequence[db.Row], now: datetime) -> None:
    """After those of these executions that ended: fire, release or skip what waits for them, in this transaction."""
    jobs = {row["job_id"] for row in ended if row["state"] != "queued"}
    rows = await db.fetch("lock_dependants", list(jobs)) if jobs else []
    if dependants := [row["id"] for row in rows if row["dependent"]]:
        succeeded = {row["job_id"] for row in ended if row["state"] == "succeeded"}
        await db.fetch("fire_dependants", now, dependants, list(succeeded))
    if rows:
        await release(now, [row["id"] for row in rows])


async def release(now: datetime, jobs: Sequence[str]) -> None:
    """Settle executions of these jobs that wait for dependencies: queue them, skip them, or let them wait on.

    A skip may itself be what another waits for, but skips don't count, so one pass is enough.
    """
    if await db.fetch("release_executions", now, jobs):
        db.ring("events", "queue")


async def supersede(now: datetime) -> None:
    """Cancel what a later fire of a job with overlap `cancel` waits to replace, each in a transaction of its own."""
    for row in await db.fetch("superseded_executions"):
        await cancel(row["id"], "cancelled by the next fire", now)


async def release_next(now: datetime, after: str, limit: int) -> str:
    """Settle what waits of the next `limit` jobs after this one; the last of those, "" once all are through."""
    jobs = [row["id"] for row in await db.fetch("waiting_jobs", after, limit)]
    if jobs:
        await release(now, jobs)
    return jobs[-1] if len(jobs) == limit else ""


async def lose(now: datetime, worker_id: str | None = None, ids: Sequence[int] | None = None) -> int:
    """Take attempts from this worker (all, or these) or from every worker whose lease has ended; the number lost."""
    async with db.transaction():
        rows = await _lost(now, worker_id, ids)
        await settle_dependants(rows, now)
        if rows:
            db.ring("events", "queue")
    return len(rows)


async def _lost(now: datetime, worker_id: str | None, ids: Sequence[int] | None) -> list[db.Row]:
    workers = None if worker_id is None else [worker_id]
    return list(await db.fetch("lose_executions", now, workers, LOSSES_ALLOWED, ids))


async def log(reports: Sequence[Report[Logged]], now: datetime) -> None:
    """Keep lines that attempts logged, in their order."""
    rows = [
        (*report.key, report.said.age_seconds + report.since, report.said.level, report.said.message.replace("\0", "�"))
        for report in reports
    ]
    await db.fetch("log_lines", now, *db.columns(rows, 7))
    db.ring("events")


async def progress(reports: Sequence[Report[Progress]]) -> None:
    """Keep how far attempts have come; of several about one attempt the last counts."""
    latest = {report.key: (*report.key, report.said.done, report.said.total) for report in reports}
    await db.fetch("progress_executions", *db.columns(list(latest.values()), 6))


async def cancel(execution_id: int, reason: str, now: datetime) -> str | None:
    """Cancel one: at once, or when its worker has let go of it. Its state then; None if it is not live."""
    async with db.transaction():
        row = await db.fetch_one("cancel_execution", now, execution_id, reason)
        if row is None:
            return None
        if row["state"] == "cancelled":
            await settle_dependants([row], now)
        db.ring("events", "queue", "held")
    return row["state"]
