"""Simulations take the jobs that are there, with the run times they have had."""

from datetime import timedelta
from typing import Any

import pytest

from belfry.ground.errors import Invalid
from belfry.records import db, executions, jobs, simulations
from belfry.records.simulations import ASSUMED_SECONDS, Asked
from belfry.rules.definition import Definition
from factories import a_job, a_worker, dispatched, ended, run

SECOND = timedelta(seconds=1)
pytestmark = pytest.mark.usefixtures("database")


def a_definition(**fields: Any) -> Definition:
    return Definition(**{"name": "New", "schedule": "0 * * * *", "command": "echo"} | fields)


async def test_active_jobs_are_played_with_their_observed_run_time_on_the_pool_as_it_is() -> None:
    now = await db.now()
    await a_worker(now, capacity=3)
    known = await a_job(now, id="known", schedule="0 * * * *")
    await run(known, now)
    ((worker, holding),) = (await dispatched(now)).values()
    await executions.finish([ended(worker, holding, duration_seconds=90)], now + 90 * SECOND)
    await a_job(now, id="new", schedule="30 * * * *")
    await jobs.switch(await a_job(now, id="asleep", schedule="0 * * * *"), "pause", now)
    await a_job(now, id="hand")
    played = await simulations.simulate(Asked(), now + 100 * SECOND)
    assert played.capacity == 3
    assert {job.job_id: (job.fires, job.assumed_seconds) for job in played.jobs} == {
        "known": (24, 90),
        "new": (24, ASSUMED_SECONDS),
    }


async def test_changed_jobs_take_the_place_of_what_is_there_or_come_on_top() -> None:
    now = await db.now()
    await a_job(now, id="there", schedule="0 * * * *")
    changed = [a_definition(id="there", schedule="0 */2 * * *"), a_definition(id="extra", schedule="0 3 * * *")]
    played = await simulations.simulate(Asked(jobs=changed, capacity=1), now)
    assert {job.job_id: job.fires for job in played.jobs} == {"there": 12, "extra": 1}
    alone = await simulations.simulate(Asked(jobs=changed[1:], only=True, capacity=1), now)
    assert [job.job_id for job in alone.jobs] == ["extra"]
    assert (await jobs.find("there"))["rule"] == "0 * * * *"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (Asked(days=0), "days"),
        (Asked(days=32), "days"),
        (Asked(capacity=0), "capacity"),
        (Asked(jobs=[a_definition(schedule="never ever")]), "jobs[0].schedule"),
        (Asked(jobs=[a_definition(), a_definition(name="")]), "jobs[1].name"),
        (Asked(jobs=[a_definition(id="one"), a_definition(id="one")]), "jobs"),
        (Asked(jobs=[a_definition(id="a\0")], only=True), "jobs[0].id"),
        (Asked(days=31, jobs=[a_definition(schedule="* * * * * *")]), "days"),
        (Asked(jobs=[a_definition()] * 101), "jobs"),
    ],
)
async def test_what_makes_no_sense_is_refused_at_its_field(asked: Asked, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        await simulations.simulate(asked, await db.now())
    assert {error.field for error in refused.value.errors} == {field}
