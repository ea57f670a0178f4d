"""Simulations: the coming days of the jobs that are there, or of changed ones, against the pool."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime, timedelta

import msgspec

from belfry.ground.errors import FieldError, Invalid, invalid
from belfry.records import calendars, db, timings, workers
from belfry.rules import simulation
from belfry.rules.definition import RANK, Definition, check
from belfry.rules.simulation import Planned, Simulation

MOST_JOBS, MOST_FIRES, SAMPLE = 10_000, 200_000, 20
ASSUMED_SECONDS = 1.0
"""A job that has never succeeded is taken to run so long."""


class Asked(msgspec.Struct, forbid_unknown_fields=True):
    """How many days (1 to 31), with which jobs as they are to be, and on how many slots; the pool's unless given.

    `jobs` take the place of those with the same id or come on top. `only` leaves all others out.
    """

    days: int = 1
    jobs: list[Definition] = []
    only: bool = False
    capacity: int | None = None


async def simulate(asked: Asked, now: datetime) -> Simulation:
    """Play the coming days through. Invalid names the field; `days` when there is more to it than can be played."""
    _check(asked)
    planned = [*await _changed(asked.jobs, now), *await _there(asked)]
    end = now + timedelta(days=asked.days)
    if await asyncio.to_thread(simulation.count, planned, now, end) > MOST_FIRES:
        raise invalid("days", f"are too many: more than {MOST_FIRES:,} fires lie within; ask for fewer", "range")
    capacity = await _capacity() if asked.capacity is None else asked.capacity
    return await asyncio.to_thread(simulation.simulate, planned, capacity, now, end)


def _check(asked: Asked) -> None:
    errors: list[FieldError] = []
    if not 1 <= asked.days <= 31:
        errors.append(FieldError("days", "must be between 1 and 31", "range"))
    if len(asked.jobs) > 100:
        errors.append(FieldError("jobs", f"has {len(asked.jobs)} entries; at most 100 are allowed", "too_many"))
    if asked.capacity is not None and not 1 <= asked.capacity <= 1_000_000:
        errors.append(FieldError("capacity", "must be between 1 and 1,000,000", "range"))
    if errors:
        raise Invalid(*errors)


async def _changed(definitions: list[Definition], now: datetime) -> list[Planned]:
    """The jobs as they are to be; Invalid names the field of the one at fault."""
    ids = [definition.id or f"new job {place}" for place, definition in enumerate(definitions, 1)]
    if len(set(ids)) < len(ids):
        raise invalid("jobs", "name a job twice", "duplicate")
    for place, definition in enumerate(definitions):
        with _at(place):
            check(definition)
    created = {row["id"]: row["created_at"] for row in await db.fetch("made_at", ids)}
    seconds = await _seconds(ids)
    planned: list[Planned] = []
    for place, (job_id, definition) in enumerate(zip(ids, definitions, strict=True)):
        with _at(place):
            when = await timings.understood(definition, job_id, created.get(job_id, now), now)
        if definition.enabled:
            rank, most = RANK[definition.priority], definition.max_concurrency
            planned.append(Planned(job_id, when, seconds[job_id], rank, definition.overlap, most, definition.max_runs))
    return planned


@contextmanager
def _at(place: int) -> Generator[None]:
    """Name what is found wrong within by the place of its job in the list."""
    try:
        yield
    except Invalid as wrong:
        errors = [FieldError(f"jobs[{place}].{error.field}", error.message, error.code) for error in wrong.errors]
        raise Invalid(*errors) from wrong


async def _there(asked: Asked) -> list[Planned]:
    """The active jobs with a schedule that are not among the changed ones."""
    if asked.only:
        return []
    replaced = [definition.id for definition in asked.jobs if definition.id]
    rows = await db.fetch("scheduled_jobs", replaced, MOST_JOBS + 1)
    if len(rows) > MOST_JOBS:
        raise invalid("only", f"must be true: there are more than {MOST_JOBS:,} jobs, too many to play", "range")
    known = await calendars.known(row["calendar"] for row in rows)
    seconds = await _seconds([row["id"] for row in rows])
    return [
        Planned(
            row["id"],
            timings.timing_of(row, known),
            seconds[row["id"]],
            row["priority"],
            row["overlap"],
            row["max_concurrency"],
            None if row["max_runs"] is None else row["max_runs"] - row["runs"],
        )
        for row in rows
    ]


async def _seconds(job_ids: list[str]) -> dict[str, float]:
    """How long a run of each job is taken to last: the median of the latest."""
    observed = {row["job_id"]: row["seconds"] for row in await db.fetch("run_times", job_ids, SAMPLE)}
    return {job_id: observed.get(job_id, ASSUMED_SECONDS) for job_id in job_ids}


async def _capacity() -> int:
    return sum(worker["capacity"] for worker in await workers.listing() if worker["state"] == "online")
