"""Jobs: making, editing and deleting them, and what is refused."""

import asyncio
from datetime import timedelta

import pytest

from belfry.ground.errors import BelfryError, Conflict, Invalid, NotFound, VersionConflict
from belfry.records import db, executions, history, jobs
from belfry.rules.definition import Definition
from factories import a_job, a_worker, dispatched, ended, events, run

SECOND = timedelta(seconds=1)
pytestmark = pytest.mark.usefixtures("database")


async def depend(job_id: str, *dependencies: str) -> None:
    def change(definition: Definition) -> Definition:
        definition.dependencies = list(dependencies)
        return definition

    await jobs.edit(job_id, change, await db.now())


async def a_row(*ids: str) -> None:
    """Jobs, each depending on the one before."""
    now = await db.now()
    for place, job_id in enumerate(ids):
        await a_job(now, id=job_id, dependencies=[ids[place - 1]] if place else [])


async def test_an_id_is_made_from_the_name_and_is_never_taken_twice() -> None:
    now = await db.now()
    made = await asyncio.gather(*[a_job(now, name="Nightly  Report!") for _ in range(3)], return_exceptions=True)
    again = [await a_job(now, name="Nightly  Report!") for _ in range(2)]
    ids = [one for one in made if isinstance(one, str)] + again
    assert "nightly-report" in ids
    assert len(set(ids)) == len(ids)


async def test_a_given_id_that_is_taken_is_a_conflict() -> None:
    now = await db.now()
    await a_job(now, id="mine")
    with pytest.raises(Conflict, match="'mine'"):
        await a_job(now, id="mine")


async def test_everything_wrong_with_a_definition_is_said_at_once() -> None:
    now = await db.now()
    with pytest.raises(Invalid) as refused:
        await a_job(now, name=" ", schedule="now and then", args={"massage": 1}, priority="HIGH")
    assert {error.field for error in refused.value.errors} >= {"name", "schedule", "args.message", "args.massage"}
    assert await events("job") == []


async def test_a_command_that_nobody_offers_is_refused_with_the_one_that_was_meant() -> None:
    with pytest.raises(Invalid, match="did you mean 'echo'"):
        await a_job(await db.now(), command="ecco", args={})


@pytest.mark.parametrize("length", [1, 2, 3, 7])
async def test_a_cycle_of_any_length_is_refused_and_spelled_out(length: int) -> None:
    ids = [f"job-{number}" for number in range(length)]
    await a_row(*ids)
    cycle = " → ".join([ids[0], *reversed(ids)])
    with pytest.raises(Invalid, match=cycle):
        await depend(ids[0], ids[-1])
    assert (await jobs.find(ids[0]))["dependencies"] == []


async def test_two_edits_that_race_cannot_close_a_cycle_between_them() -> None:
    for turn in range(10):
        await a_row(f"left-{turn}")
        await a_row(f"right-{turn}")
        outcomes = await asyncio.gather(
            depend(f"left-{turn}", f"right-{turn}"), depend(f"right-{turn}", f"left-{turn}"), return_exceptions=True
        )
        refused = [outcome for outcome in outcomes if outcome is not None]
        assert len(refused) == 1
        assert isinstance(refused[0], Invalid)


async def test_a_dependency_that_does_not_exist_is_named() -> None:
    with pytest.raises(Invalid, match="no job 'ghost'"):
        await a_job(await db.now(), dependencies=["ghost"])


async def test_an_edit_from_an_old_version_is_refused() -> None:
    job_id = await a_job(await db.now())
    await depend(job_id)
    with pytest.raises(VersionConflict, match="version 2"):
        await jobs.edit(job_id, lambda definition: definition, await db.now(), version=1)


async def test_two_edits_at_once_both_count() -> None:
    job_id = await a_job(await db.now(), tags=[])

    def tagging(tag: str):
        def change(definition: Definition) -> Definition:
            definition.tags = [*definition.tags, tag]
            return definition

        return change

    await asyncio.gather(*[jobs.edit(job_id, tagging(tag), await db.now()) for tag in "abcde"])
    job = await jobs.find(job_id)
    assert (sorted(job["tags"]), job["version"]) == (list("abcde"), 6)
    kept = await db.pool().fetchval("select count(*) from job_versions where job_id = $1", job_id)
    assert kept == 6


async def test_an_edit_that_keeps_the_schedule_keeps_the_next_instant() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds")
    await jobs.edit(job_id, lambda definition: definition, now + 3 * SECOND)
    assert (await jobs.find(job_id))["next_fire_at"] == now + 7 * SECOND


async def test_a_job_that_others_need_is_deleted_only_by_force() -> None:
    await a_row("needed", "needing")
    with pytest.raises(Conflict, match="needing"):
        await jobs.delete("needed", await db.now())
    await jobs.delete("needed", await db.now(), force=True)
    assert (await jobs.find("needing"))["dependencies"] == []
    with pytest.raises(NotFound):
        await jobs.find("needed")


async def test_the_past_of_a_deleted_job_stays() -> None:
    now = await db.now()
    await a_worker(now)
    job_id = await a_job(now)
    execution_id = await run(job_id, now)
    await executions.finish([ended(*(await dispatched(now))[execution_id])], now)
    await jobs.delete(job_id, now)
    assert (await history.find(execution_id))["state"] == "succeeded"


async def test_deleting_while_executions_end_blocks_nobody() -> None:
    now = await db.now()
    await a_worker(now, capacity=100)
    for turn in range(10):
        await a_row(f"first-{turn}", f"second-{turn}")
        for job_id in (f"first-{turn}", f"second-{turn}"):
            await run(job_id, now, force=True)
        given = list((await dispatched(now)).values())
        await asyncio.gather(
            executions.finish([ended(*holder) for holder in given], now),
            jobs.delete(f"second-{turn}", now),
            jobs.delete(f"first-{turn}", now, force=True),
        )
    assert await db.pool().fetchval("select count(*) from live_executions") == 0


async def test_a_page_is_filtered_sorted_and_counted() -> None:
    now = await db.now()
    for number in range(5):
        await a_job(now, id=f"job-{number}", name=f"Job {number}", tags=["odd"] if number % 2 else ["even"])
    await a_job(now, id="special", name="100% _real_", priority="HIGH", schedule="daily at 3 AM")
    for given, expected in (
        (jobs.Filter(q="100% _"), ["special"]),
        (jobs.Filter(tag="odd", sort="-name"), ["job-3", "job-1"]),
        (jobs.Filter(priority="HIGH,LOW"), ["special"]),
        (jobs.Filter(state="paused"), []),
        (jobs.Filter(sort="next_fire_at"), ["special", *(f"job-{number}" for number in range(5))]),
    ):
        rows, total = await jobs.page(given, 0, 20)
        assert ([row["id"] for row in rows], total) == (expected, len(expected))
    rows, total = await jobs.page(jobs.Filter(sort="id"), 1, 2)
    assert ([row["id"] for row in rows], total) == (["job-2", "job-3"], 6)


async def test_no_error_of_a_race_is_anything_but_a_sentence() -> None:
    now = await db.now()
    outcomes = await asyncio.gather(*[a_job(now, id="same") for _ in range(8)], return_exceptions=True)
    assert sum(isinstance(outcome, str) for outcome in outcomes) == 1
    assert all(isinstance(outcome, str | BelfryError) for outcome in outcomes)
