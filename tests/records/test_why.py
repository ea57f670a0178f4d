"""Why: every gate an execution can stop at, produced for real, in words and as data."""

from datetime import datetime, timedelta

import msgspec
import pytest

from belfry.ground.errors import NotFound
from belfry.loops import scheduler
from belfry.records import calendars, db, executions, jobs, why, workers
from belfry.rules.calendars import Calendar
from belfry.rules.gates import Why
from belfry.rules.lifecycle import RetryPolicy
from factories import a_job, a_worker, dispatched, ended, run

SECOND = timedelta(seconds=1)
pytestmark = pytest.mark.usefixtures("database")


def shut(answer: Why) -> list[str]:
    """The gates that are closed."""
    return [gate.name for gate in answer.gates if not gate.open]


async def latest(job_id: str) -> int:
    return await db.pool().fetchval("select max(id) from executions where job_id = $1", job_id)


async def test_without_a_worker_the_command_is_the_gate() -> None:
    now = await db.now()
    answer = await why.execution(await run(await a_job(now), now), now)
    assert shut(answer) == ["command"]
    assert answer.text == "No worker offers the command echo: no worker is connected"
    await a_worker(now, commands=("sleep",))
    answer = await why.execution(await run(await a_job(now), now), now)
    assert answer.text == "No worker offers the command echo: none of the 1 worker offers it"


async def test_labels_that_no_worker_has_are_named() -> None:
    now = await db.now()
    await a_worker(now, labels={"gpu": "false"})
    answer = await why.execution(await run(await a_job(now, labels={"gpu": "true"}), now), now)
    assert shut(answer) == ["labels"]
    assert "none has the labels gpu=true" in answer.text


async def test_a_draining_worker_is_named() -> None:
    now = await db.now()
    await a_worker(now)
    await workers.steer("worker-1", "drain", now)
    answer = await why.execution(await run(await a_job(now), now), now)
    assert (shut(answer), answer.text) == (["drain"], "Worker-1 is draining and given nothing new")


async def test_full_workers_give_the_capacity_and_the_position_in_the_queue() -> None:
    now = await db.now()
    await a_worker(now, capacity=2)
    job_id = await a_job(now)
    ids = [await run(job_id, now + n * SECOND / 1000) for n in range(5)]
    await dispatched(now + SECOND)
    answer = await why.execution(ids[4], now + SECOND)
    assert shut(answer) == ["capacity"]
    assert answer.text == "Capacity 2/2: every slot is taken, and it is at position 3 in the queue"
    assert answer.gates[-1].data["position"] == 3


async def test_a_retry_that_is_due_says_when() -> None:
    now = await db.now()
    await a_worker(now)
    job_id = await a_job(now, retry_policy=RetryPolicy(type="FIXED", max_retries=1, delay_ms=12_000))
    execution_id = await run(job_id, now)
    ((worker, holding),) = (await dispatched(now)).values()
    await executions.finish([ended(worker, holding, "failed", error="no")], now)
    answer = await why.execution(execution_id, now)
    assert (shut(answer), answer.text) == (["time"], "Retry due in 12 s")
    assert answer.expected_start_at == now + 12 * SECOND


async def test_a_dependency_that_still_runs_is_named_with_since_when() -> None:
    now = await db.now()
    await a_worker(now)
    first = await a_job(now, id="first")
    second = await a_job(now, id="second", dependencies=["first"])
    execution_id = await run(second, now)
    assert "dependency first has not fired yet" in (await why.execution(execution_id, now)).text.lower()
    running = await run(first, now)
    await dispatched(now)
    answer = await why.execution(execution_id, now)
    assert shut(answer) == ["dependency"]
    assert answer.text.startswith("Dependency first is still assigned since ")
    assert answer.gates[0].data["execution_id"] == running


async def test_one_that_waits_for_the_end_of_the_one_before_names_it() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds", overlap="queue")
    await scheduler.tick(now + 7 * SECOND)
    older = await latest(job_id)
    await scheduler.tick(now + 14 * SECOND)
    answer = await why.job(job_id, now + 14 * SECOND, now + 15 * SECOND)
    assert shut(answer) == ["overlap"]
    assert f"execution {older} of this job is still queued" in answer.text.lower()


async def test_a_fire_skipped_for_overlap_names_what_lived_then() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds")
    await scheduler.tick(now + 7 * SECOND)
    older = await latest(job_id)
    for step in (2, 3):
        await scheduler.tick(now + 7 * step * SECOND)
    for step in (2, 3):
        answer = await why.job(job_id, now + 7 * step * SECOND, now + 22 * SECOND)
        assert shut(answer) == ["overlap"]
        assert f"execution {older} of this job still lived" in answer.text
        assert "like 1 more" in answer.text and "version 1" in answer.text


async def test_misfire_and_pause_are_told_with_their_span() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds")
    await scheduler.tick(now + 70 * SECOND)
    answer = await why.job(job_id, now + 14 * SECOND, now + 71 * SECOND)
    assert shut(answer) == ["misfire"]
    assert "late, like 8 more until" in answer.text
    fired = await why.job(job_id, now + 70 * SECOND, now + 71 * SECOND)
    assert shut(fired) == ["command"]
    await jobs.switch(job_id, "pause", now + 71 * SECOND)
    await scheduler.tick(now + 77 * SECOND)
    assert "the job was paused" in (await why.job(job_id, now + 77 * SECOND, now + 78 * SECOND)).text


async def test_an_execution_skipped_for_its_dependency_says_which() -> None:
    now = await db.now()
    await a_worker(now)
    first = await a_job(now, id="first")
    second = await a_job(now, id="second", dependencies=["first"])
    await run(first, now)
    execution_id = await run(second, now + SECOND)
    ((worker, holding),) = (await dispatched(now + SECOND)).values()
    await executions.finish([ended(worker, holding, "failed", error="no")], now + SECOND)
    answer = await why.execution(execution_id, now + 2 * SECOND)
    assert (shut(answer), "dependency first failed" in answer.text) == (["dependency"], True)


async def test_what_ran_says_where_and_how_it_ended() -> None:
    now = await db.now()
    await a_worker(now)
    execution_id = await run(await a_job(now), now)
    ((worker, holding),) = (await dispatched(now)).values()
    answer = await why.execution(execution_id, now)
    assert answer.text.startswith("Assigned on worker-1, attempt 1 of 1")
    await executions.finish([ended(worker, holding, "failed", error="boom", duration_seconds=1)], now + SECOND)
    answer = await why.execution(execution_id, now + SECOND)
    assert shut(answer) == []
    assert answer.text.startswith("Failed on worker-1, begun ") and answer.text.endswith(": boom")


async def at(job_id: str, moment: datetime, now: datetime) -> str:
    return (await why.job(job_id, moment, now)).text


async def test_an_instant_that_the_schedule_does_not_name_gives_those_around_it() -> None:
    now = (await db.now()).replace(microsecond=0)
    job_id = await a_job(now, schedule="0 3 * * *")
    text = await at(job_id, now.replace(hour=4, minute=0, second=0) + timedelta(days=1), now)
    assert "names no instant at" in text
    assert "the one before is" in text and "the next is" in text
    assert "there was no such job then" in (await at(job_id, now - timedelta(days=1), now)).lower()


async def test_an_instant_to_come_is_foreseen() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds")
    answer = await why.job(job_id, now + 14 * SECOND, now)
    assert (shut(answer), answer.expected_start_at) == ([], now + 14 * SECOND)
    await jobs.switch(job_id, "pause", now, "flood", now + timedelta(days=1))
    answer = await why.job(job_id, now + 14 * SECOND, now)
    assert shut(answer) == ["state"]
    assert "paused until" in answer.text and answer.text.endswith(": flood")


async def test_without_an_instant_it_is_about_the_next_fire() -> None:
    now = await db.now()
    scheduled, by_hand = await a_job(now, schedule="every 7 seconds"), await a_job(now, id="hand")
    answer = await why.job(scheduled, None, now)
    assert answer.text.startswith("Fires next at ") and answer.expected_start_at == now + 7 * SECOND
    assert (await why.job(by_hand, None, now)).text.startswith("It runs by hand")
    with pytest.raises(NotFound):
        await why.job("nobody", None, now)
    once = await a_job(now, id="once", schedule=(now + 5 * SECOND).isoformat())
    await scheduler.tick(now + 5 * SECOND)
    assert "completed: no instant is left" in (await why.job(once, None, now + 6 * SECOND)).text


async def test_an_instant_without_an_offset_is_in_the_zone_of_the_job() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="0 3 * * *", timezone="Asia/Tokyo")
    following = (await jobs.find(job_id))["next_fire_at"]
    local = (following + timedelta(hours=9)).replace(tzinfo=None)
    assert (await why.job(job_id, local, now)).expected_start_at == following


async def test_a_moment_within_a_row_of_skips_that_is_no_instant_is_not_told_as_one() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds", enabled=False)
    for step in range(1, 4):
        await scheduler.tick(now + 7 * step * SECOND)
    assert "names no instant" in (await why.job(job_id, now + 10 * SECOND, now + 30 * SECOND)).text
    told = (await why.job(job_id, now + 14 * SECOND, now + 30 * SECOND)).text
    assert f"{now + 14 * SECOND:%H:%M:%S}" in told.split(":  ")[0] and "the job was paused" in told


async def test_a_job_that_has_run_so_often_as_it_may_says_so() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds", max_runs=1)
    answer = await why.job(job_id, now + 14 * SECOND, now)
    assert shut(answer) == ["limit"]
    await scheduler.tick(now + 7 * SECOND)
    answer = await why.job(job_id, now + 14 * SECOND, now + 20 * SECOND)
    assert (shut(answer), "completed after 1 runs" in answer.text) == (["state"], True)


async def test_after_the_end_of_a_pause_it_will_fire() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds")
    await jobs.switch(job_id, "pause", now, None, now + 10 * SECOND)
    assert shut(await why.job(job_id, now + 7 * SECOND, now)) == ["state"]
    assert shut(await why.job(job_id, now + 14 * SECOND, now)) == []


async def test_a_version_whose_calendar_is_gone_is_told_without_an_error() -> None:
    now = await db.now()
    await calendars.create(Calendar(id="off", name="Off"), now)
    job_id = await a_job(now, schedule="every 7 seconds", calendar="off")
    await jobs.edit(job_id, lambda job: msgspec.structs.replace(job, calendar=None), now + 8 * SECOND)
    await calendars.delete("off", now + 9 * SECOND)
    assert "cannot be read any more" in (await why.job(job_id, now + 2 * SECOND, now + 30 * SECOND)).text
