"""Firing: every due instant once, and what becomes of those that were missed."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import msgspec
import pytest

from belfry.ground.errors import Conflict, Invalid, NotFound
from belfry.loops import scheduler
from belfry.records import backfill, calendars, db, executions, fires, history, jobs, status, why
from belfry.rules import firing
from belfry.rules.calendars import Calendar, DateEntry
from factories import a_job, a_worker, dispatched, ended, events, run, states

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
pytestmark = pytest.mark.usefixtures("database")


async def instants(job_id: str) -> list[tuple[str, datetime, datetime | None, int | None]]:
    rows, _, _ = await history.page(history.Filter(job=job_id, sort="due_at"), 0, 5000)
    return [(row["state"], row["due_at"], row["last_due_at"], row["skipped_count"]) for row in rows]


async def ledger(job_id: str, now: datetime) -> list[tuple[str, str | None, float, float | None, int | None]]:
    """Every record of a job's instants: state, reason, first and last second after `now`, count."""
    rows, _, _ = await history.page(history.Filter(job=job_id, trigger="schedule", sort="due_at"), 0, 200)
    return [
        (
            row["state"],
            row["reason"],
            (row["due_at"] - now).total_seconds(),
            row["last_due_at"] and (row["last_due_at"] - now).total_seconds(),
            row["skipped_count"],
        )
        for row in rows
    ]


async def test_nothing_fires_before_its_instant() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds")
    assert await scheduler.tick(now + 6.999 * SECOND) == 0
    assert await scheduler.tick(now + 7 * SECOND) == 1
    assert [due for _, due, _, _ in await instants(job_id)] == [now + 7 * SECOND]


async def test_two_schedulers_at_once_fire_each_instant_once(database: str) -> None:
    now = await db.now()
    ids = [
        await a_job(now, id=f"job-{n}", schedule="every 7 seconds", overlap="allow", misfire="all") for n in range(50)
    ]
    for step in range(1, 5):
        await asyncio.gather(*[scheduler.tick(now + 7 * step * SECOND) for _ in range(4)])
    for job_id in ids:
        assert [due for _, due, _, _ in await instants(job_id)] == [now + 7 * step * SECOND for step in range(1, 5)]


async def test_the_database_itself_refuses_a_second_execution_of_an_instant(database: str) -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds")
    await scheduler.tick(now + 7 * SECOND)
    with pytest.raises(asyncpg.UniqueViolationError):
        await db.pool().execute(
            "insert into live_executions (job_id, job_version, state, trigger, priority, due_at, ready_at, command,"
            " args, labels, retry_policy, max_attempts) select job_id, job_version, state, trigger, priority, due_at,"
            " ready_at, command, args, labels, retry_policy, max_attempts from live_executions where job_id = $1",
            job_id,
        )


@pytest.mark.parametrize(
    ("misfire", "expected"),
    [
        ("once", [("skipped", 1, 9, 9), ("queued", 10, None, None)]),
        ("skip", [("skipped", 1, 10, 10)]),
        ("all", [("queued", step, None, None) for step in range(1, 11)]),
    ],
)
async def test_missed_instants_are_made_up_for_as_the_policy_says(
    misfire: str, expected: list[tuple[object, ...]]
) -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 700 seconds", misfire=misfire, overlap="allow")
    await scheduler.tick(now + 7100 * SECOND)
    wanted = [
        (state, now + 700 * first * SECOND, now + 700 * last * SECOND if last else None, count)
        for state, first, last, count in expected
    ]
    assert await instants(job_id) == wanted
    assert (await jobs.find(job_id))["next_fire_at"] == now + 7700 * SECOND


async def test_a_fire_while_the_last_one_still_lives_is_skipped_with_the_reason() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds")
    await scheduler.tick(now + 7 * SECOND)
    await scheduler.tick(now + 14 * SECOND)
    rows, _, _ = await history.page(history.Filter(job=job_id, sort="due_at"), 0, 10)
    assert [(row["state"], row["reason"]) for row in rows] == [("queued", None), ("skipped", "overlap")]
    assert (await events("execution"))[-1] == "execution.skipped"


async def test_a_job_that_may_overlap_fires_all_the_same() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds", overlap="allow")
    await scheduler.tick(now + 7 * SECOND)
    await scheduler.tick(now + 14 * SECOND)
    assert await states(job_id) == ["queued", "queued"]


async def test_a_paused_job_does_not_fire_and_goes_on_with_the_next_instant() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds")
    await jobs.switch(job_id, "pause", now, "holiday")
    await scheduler.tick(now + 7 * SECOND)
    await scheduler.tick(now + 20 * SECOND)
    await jobs.switch(job_id, "resume", now + 20 * SECOND)
    assert (await jobs.find(job_id))["next_fire_at"] == now + 21 * SECOND
    await scheduler.tick(now + 21 * SECOND)
    assert await ledger(job_id, now) == [("skipped", "paused", 7, 14, 2), ("queued", None, 21, None, None)]


async def test_resuming_never_makes_up_for_the_pause_though_nobody_ticked_meanwhile() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds", misfire="all", overlap="allow")
    await jobs.switch(job_id, "pause", now)
    await jobs.switch(job_id, "resume", now + 700 * SECOND)
    await scheduler.tick(now + 707 * SECOND)
    assert await ledger(job_id, now) == [("skipped", "paused", 7, 700, 100), ("queued", None, 707, None, None)]


async def test_an_edit_leaves_no_due_instant_without_a_record() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds")
    await jobs.edit(job_id, lambda job: msgspec.structs.replace(job, schedule="every 70 seconds"), now + 8 * SECOND)
    await scheduler.tick(now + 8 * SECOND)
    assert await ledger(job_id, now) == [("queued", None, 7, None, None)]
    assert (await jobs.find(job_id))["next_fire_at"] == now + 70 * SECOND


async def test_skips_of_one_reason_are_one_record_until_something_else_happens() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds")
    for step in range(1, 5):
        await scheduler.tick(now + 7 * step * SECOND)
    await jobs.edit(job_id, lambda job: msgspec.structs.replace(job, name="Other"), now + 29 * SECOND)
    await scheduler.tick(now + 35 * SECOND)
    assert await ledger(job_id, now) == [
        ("queued", None, 7, None, None),
        ("skipped", "overlap", 14, 28, 3),
        ("skipped", "overlap", 35, 35, 1),
    ]
    assert (await events("execution")).count("execution.skipped") == 4
    assert await scheduler.tick(now + 35 * SECOND) == 0


async def test_a_record_of_skips_that_retention_took_is_begun_anew() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds")
    await scheduler.tick(now + 7 * SECOND)
    await scheduler.tick(now + 14 * SECOND)
    await db.pool().execute("delete from past_executions")
    await scheduler.tick(now + 21 * SECOND)
    assert await ledger(job_id, now) == [("queued", None, 7, None, None), ("skipped", "overlap", 21, 21, 1)]


async def test_of_overlapping_fires_one_waits_for_the_end_of_the_first() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds", overlap="queue")
    for step in range(1, 4):
        await scheduler.tick(now + 7 * step * SECOND)
    assert await ledger(job_id, now) == [
        ("queued", None, 7, None, None),
        ("waiting", "overlap", 14, None, None),
        ("skipped", "overlap", 21, 21, 1),
    ]
    await a_worker(now + 21 * SECOND)
    ((_, (worker, holding)),) = (await dispatched(now + 21 * SECOND)).items()
    await executions.finish([ended(worker, holding)], now + 22 * SECOND)
    assert await states(job_id) == ["succeeded", "queued", "skipped"]
    assert len(await dispatched(now + 22 * SECOND)) == 1


async def test_a_fire_cancels_what_is_running_and_begins_when_that_has_ended() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds", overlap="cancel")
    await a_worker(now)
    await scheduler.tick(now + 7 * SECOND)
    ((first, (worker, holding)),) = (await dispatched(now + 7 * SECOND)).items()
    await scheduler.tick(now + 14 * SECOND)
    assert [each.execution_id for each in (await executions.cancellations([worker]))[worker]] == [first]
    assert await states(job_id) == ["assigned", "waiting"]
    await executions.finish([ended(worker, holding, "cancelled")], now + 15 * SECOND)
    assert await states(job_id) == ["cancelled", "queued"]


async def test_a_fire_takes_the_place_of_what_had_not_begun() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds", overlap="cancel")
    for step in range(1, 4):
        await scheduler.tick(now + 7 * step * SECOND)
    assert await ledger(job_id, now) == [
        ("cancelled", "cancelled by the next fire", 7, None, None),
        ("cancelled", "cancelled by the next fire", 14, None, None),
        ("queued", None, 21, None, None),
    ]


async def test_a_server_that_died_between_fire_and_cancel_is_made_up_for() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds", overlap="queue")
    await scheduler.tick(now + 7 * SECOND)
    await scheduler.tick(now + 14 * SECOND)
    await db.pool().execute("update jobs set overlap = 'cancel'")
    await executions.supersede(now + 15 * SECOND)
    assert await states(job_id) == ["cancelled", "queued"]


async def test_only_so_many_overlap_as_may() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds", overlap="allow", max_concurrency=2)
    for step in range(1, 4):
        await scheduler.tick(now + 7 * step * SECOND)
    assert await ledger(job_id, now) == [
        ("queued", None, 7, None, None),
        ("queued", None, 14, None, None),
        ("skipped", "overlap", 21, 21, 1),
    ]


async def test_a_job_ends_after_so_many_runs_and_goes_on_when_it_may_have_more() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds", overlap="allow", max_runs=2)
    for step in range(1, 5):
        await scheduler.tick(now + 7 * step * SECOND)
    assert await states(job_id) == ["queued", "queued"]
    assert (await jobs.find(job_id))["state"] == "completed"
    await jobs.edit(job_id, lambda job: msgspec.structs.replace(job, max_runs=3), now + 30 * SECOND)
    await scheduler.tick(now + 35 * SECOND)
    job = await jobs.find(job_id)
    assert (len(await states(job_id)), job["state"], job["runs"]) == (3, "completed", 3)


async def test_jitter_puts_off_the_start_and_neither_the_instant_nor_its_lateness() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds", jitter_seconds=60)
    await scheduler.tick(now + 7 * SECOND)
    ((row, *_), _, _) = await history.page(history.Filter(job=job_id), 0, 10)
    assert row["due_at"] == now + 7 * SECOND
    assert row["ready_at"] == row["due_at"] + row["jitter_seconds"] * SECOND
    assert row["jitter_seconds"] == firing.jittered(job_id, row["due_at"], 60)
    await a_worker(row["ready_at"])
    assert await dispatched(row["ready_at"] - SECOND / 1000) == {}
    ((_, (worker, holding)),) = (await dispatched(row["ready_at"])).items()
    await executions.finish([ended(worker, holding)], row["ready_at"] + SECOND / 2)
    late = (await status.lateness(now + 7 * SECOND))["p50"]
    assert late == pytest.approx(0.5, abs=0.001)


async def test_what_is_made_up_for_tells_for_how_many_it_stands() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds")
    await scheduler.tick(now + 70 * SECOND)
    rows, _, _ = await history.page(history.Filter(job=job_id, state="queued"), 0, 10)
    assert [row["stands_for"] for row in rows] == [10]
    session = await a_worker(now + 70 * SECOND)
    await dispatched(now + 70 * SECOND)
    ((assign,),) = (await executions.held({session.worker_id: 0})).values()
    assert assign.stands_for == 10


async def test_a_pause_ends_by_itself_when_it_was_to() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds")
    await jobs.switch(job_id, "pause", now, None, now + 30 * SECOND)
    await scheduler.tick(now + 29 * SECOND)
    assert (await jobs.find(job_id))["state"] == "paused"
    await scheduler.tick(now + 30 * SECOND)
    job = await jobs.find(job_id)
    assert (job["state"], job["next_fire_at"], job["resume_at"]) == ("active", now + 35 * SECOND, None)


async def test_a_job_of_one_instant_is_completed_by_it() -> None:
    now = await db.now()
    at = now + 5 * SECOND
    job_id = await a_job(now, schedule=at.isoformat())
    await scheduler.tick(at)
    assert await states(job_id) == ["queued"]
    assert (await jobs.find(job_id))["state"] == "completed"


async def test_nothing_fires_after_the_end() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds", end_at=now + 20 * SECOND, overlap="allow")
    for step in range(1, 6):
        await scheduler.tick(now + 7 * step * SECOND)
    assert len(await states(job_id)) == 2
    assert (await jobs.find(job_id))["state"] == "completed"


async def test_an_execution_names_the_version_that_decided() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds", overlap="allow")
    await scheduler.tick(now + 7 * SECOND)
    definition = jobs.definition_of(await jobs.find(job_id))
    definition.args = {"message": "changed"}
    await jobs.edit(job_id, lambda _: definition, now + 8 * SECOND)
    await scheduler.tick(now + 14 * SECOND)
    rows, _, _ = await history.page(history.Filter(job=job_id, sort="due_at"), 0, 10)
    assert [(row["job_version"], row["args"]) for row in rows] == [
        (1, '{"message": "hello"}'),
        (2, '{"message": "changed"}'),
    ]


async def test_a_run_by_hand_is_repeated_harmlessly_under_one_key() -> None:
    now = await db.now()
    job_id = await a_job(now)
    runs = await asyncio.gather(*[fires.run_now(job_id, fires.Run(), "key", now) for _ in range(5)])
    assert len({execution_id for execution_id, _ in runs}) == 1
    assert sorted(is_new for _, is_new in runs) == [False, False, False, False, True]


async def test_a_paused_job_runs_by_hand_only_by_force() -> None:
    now = await db.now()
    job_id = await a_job(now, enabled=False)
    with pytest.raises(Conflict, match="paused"):
        await run(job_id, now)
    assert await run(job_id, now, force=True)


async def test_a_run_with_arguments_its_command_does_not_take_is_refused() -> None:
    now = await db.now()
    job_id = await a_job(now)
    with pytest.raises(Invalid, match=r"args\.message"):
        await run(job_id, now, args={})
    with pytest.raises(NotFound):
        await run("nobody", now)
    assert await states(job_id) == []


async def test_a_past_execution_is_run_again_with_its_own_arguments() -> None:
    now = await db.now()
    job_id = await a_job(now)
    await a_worker(now)
    first = await run(job_id, now, args={"message": "mine"})
    with pytest.raises(Conflict, match="not ended"):
        await fires.run_again(first, now)
    await executions.finish([ended(*(await dispatched(now))[first])], now)
    again = await history.find(await fires.run_again(first, now + SECOND))
    assert (again["args"], again["reason"], again["trigger"]) == ('{"message": "mine"}', f"retry of {first}", "manual")


async def test_a_job_whose_zone_is_no_more_is_paused_with_the_reason_and_stops_nobody() -> None:
    now = await db.now()
    lost, asleep, other = [
        await a_job(now, id=name, schedule="every 7 seconds") for name in ("lost", "asleep", "other")
    ]
    await jobs.switch(asleep, "pause", now, None, now + SECOND)
    await db.pool().execute("update jobs set timezone = 'Europe/Atlantis' where id <> 'other'")
    await scheduler.tick(now + 7 * SECOND)
    assert await states(other) == ["queued"]
    for job_id in (lost, asleep):
        job = await jobs.find(job_id)
        assert (job["state"], job["next_fire_at"], job["resume_at"]) == ("paused", None, None)
        assert "Atlantis" in job["paused_reason"]


async def test_a_job_far_behind_is_caught_up_with_in_one_bounded_step() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds", misfire="all", misfire_limit=300, overlap="allow")
    later = now + 7 * (firing.CHUNK + 500) * SECOND
    assert [await scheduler.tick(later) for _ in range(2)] == [1, 0]
    (skipped, *fired) = await instants(job_id)
    assert skipped == ("skipped", now + 7 * SECOND, now + 7 * (firing.CHUNK + 200) * SECOND, firing.CHUNK + 200)
    assert len(fired) == 300


async def test_a_run_under_a_key_is_found_again_though_the_job_is_paused_since() -> None:
    now = await db.now()
    job_id = await a_job(now)
    first = await fires.run_now(job_id, fires.Run(), "key", now)
    await jobs.switch(job_id, "pause", now)
    assert await fires.run_now(job_id, fires.Run(), "key", now) == (first[0], False)
    other = await a_job(now, id="other")
    assert (await fires.run_now(other, fires.Run(), "key", now))[1]


async def test_many_schedulers_share_more_jobs_than_one_takes_at_once() -> None:
    now = await db.now()
    for number in range(30):
        await a_job(now, id=f"job-{number}", schedule="every 7 seconds")
    taken = [fires.take_due(now + 7 * SECOND, 4) for _ in range(4)]
    while sum(await asyncio.gather(*taken)):
        taken = [fires.take_due(now + 7 * SECOND, 4) for _ in range(4)]
    fired = await db.pool().fetch("select job_id from live_executions order by job_id")
    assert [row["job_id"] for row in fired] == sorted(f"job-{number}" for number in range(30))


async def a_calendar(now: datetime, *days: datetime, **fields: Any) -> str:
    """A calendar of these whole days."""
    entries = tuple(DateEntry(date=f"{day:%Y-%m-%d}", name="Closed") for day in days)
    return await calendars.create(Calendar(**{"id": "closed", "name": "Closed days", "dates": entries} | fields), now)


async def test_an_instant_that_the_calendar_excludes_is_skipped_with_that_reason() -> None:
    now = await db.now()
    await a_calendar(now, now + 20 * DAY)
    job_id = await a_job(now, schedule="every 5 days", calendar="closed")
    for days in (5, 10, 15, 20, 25):
        await scheduler.tick(now + days * DAY)
        await db.pool().execute("delete from live_executions")
    assert [(state, reason) for state, reason, *_ in await ledger(job_id, now)] == [("skipped", "calendar")]
    answer = await why.job(job_id, now + 20 * DAY, now + 26 * DAY)
    assert "its calendar keeps it from running then: Closed" in answer.text


async def test_only_inside_its_calendar_a_job_fires() -> None:
    now = await db.now()
    await a_calendar(now, now + 5 * DAY)
    job_id = await a_job(now, schedule="every 5 days", calendar="closed", calendar_use="only")
    await scheduler.tick(now + 5 * DAY)
    await scheduler.tick(now + 10 * DAY)
    assert [state for state, *_ in await ledger(job_id, now)] == ["queued", "skipped"]


async def test_a_change_of_the_calendar_moves_the_jobs_that_keep_to_it() -> None:
    now = (await db.now()).replace(hour=12, minute=0, second=0, microsecond=0)
    monday = now + (7 - now.weekday()) * DAY
    await a_calendar(now)
    moved = await a_job(now, id="moved", schedule="0 9 * * 1", calendar="closed", calendar_shift="next")
    await a_job(now, id="plain", schedule="0 9 * * 1", calendar="closed")
    instant = monday.replace(hour=9)
    assert (await jobs.find(moved))["next_fire_at"] == instant
    closed = (DateEntry(date=f"{monday:%Y-%m-%d}"),)
    await jobs.change_calendar("closed", lambda was: msgspec.structs.replace(was, dates=closed), now)
    assert (await jobs.find(moved))["next_fire_at"] == instant + DAY
    assert (await jobs.find("plain"))["next_fire_at"] == instant
    await scheduler.tick(instant + DAY)
    assert [(state, due) for state, _, due, _, _ in await ledger(moved, instant)] == [("queued", 86_400)]


async def test_a_calendar_that_is_none_or_in_use_is_refused() -> None:
    now = await db.now()
    with pytest.raises(Invalid, match=r"calendar: there is no calendar 'closed'"):
        await a_job(now, schedule="every 5 days", calendar="closed")
    await a_calendar(now)
    await a_job(now, schedule="every 5 days", calendar="closed")
    with pytest.raises(Conflict, match="Jobs use the calendar 'closed': a-job"):
        await calendars.delete("closed", now)
    with pytest.raises(Invalid, match="calendar_shift"):
        await a_job(now, schedule="every minute", calendar="closed", calendar_shift="next")


async def test_relative_words_count_from_the_moment_they_are_given_and_keep_their_meaning() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 days")
    await jobs.edit(job_id, lambda job: msgspec.structs.replace(job, schedule="in 10 minutes"), now + DAY)
    due = (await jobs.find(job_id))["next_fire_at"]
    assert due == (now + DAY + 600 * SECOND).replace(microsecond=0)
    await jobs.edit(job_id, lambda job: msgspec.structs.replace(job, name="Other"), now + DAY + 60 * SECOND)
    assert (await jobs.find(job_id))["next_fire_at"] == due


async def test_a_zone_in_the_words_is_the_zone_of_the_job() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="daily at 3 AM Asia/Tokyo")
    job = await jobs.find(job_id)
    assert (job["timezone"], job["rule"], job["next_fire_at"].hour) == ("Asia/Tokyo", "0 3 * * *", 18)
    await jobs.edit(job_id, lambda given: msgspec.structs.replace(given, name="Other"), now)
    with pytest.raises(Invalid, match="Europe/Berlin"):
        await jobs.edit(job_id, lambda given: msgspec.structs.replace(given, timezone="Europe/Berlin"), now)


async def test_the_instant_at_which_a_pause_ends_by_itself_fires() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds")
    await jobs.switch(job_id, "pause", now, None, now + 14 * SECOND)
    await scheduler.tick(now + 7 * SECOND)
    await scheduler.tick(now + 14.01 * SECOND)
    assert await ledger(job_id, now) == [("skipped", "paused", 7, 7, 1), ("queued", None, 14, None, None)]


async def test_what_comes_after_the_end_of_a_pause_is_a_misfire_when_nobody_ticked() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds")
    await jobs.switch(job_id, "pause", now, None, now + 14 * SECOND)
    await scheduler.tick(now + 700 * SECOND)
    assert [(reason, count) for _, reason, *_, count in await ledger(job_id, now)] == [
        ("paused", 1),
        ("misfire", 98),
        (None, None),
    ]


async def test_pausing_again_keeps_the_end_of_the_pause() -> None:
    now = await db.now()
    job_id = await a_job(now, schedule="every 7 seconds")
    await jobs.switch(job_id, "pause", now, "flood", now + 14 * SECOND)
    await jobs.switch(job_id, "pause", now + SECOND)
    job = await jobs.find(job_id)
    assert (job["paused_reason"], job["resume_at"]) == ("flood", now + 14 * SECOND)


@pytest.mark.parametrize("overlap", ["skip", "queue", "cancel"])
async def test_a_backfill_neither_holds_up_the_schedule_nor_is_held_up(overlap: str) -> None:
    now = await db.now()
    made = now - 70 * SECOND
    job_id = await a_job(made, schedule="every 7 seconds", overlap=overlap)
    await db.pool().execute("update jobs set next_fire_at = $1", now + 7 * SECOND)
    await backfill.backfill(job_id, backfill.Backfill(start=made, end=now, pace_seconds=60), now)
    await scheduler.tick(now + 7 * SECOND)
    await executions.supersede(now + 7 * SECOND)
    rows, _, _ = await history.page(history.Filter(job=job_id), 0, 50)
    assert [(row["trigger"], row["state"]) for row in rows[:2]] == [("schedule", "queued"), ("backfill", "queued")]
    assert {row["state"] for row in rows} == {"queued"}


async def test_what_the_next_fire_cancelled_says_so() -> None:
    now = await db.now()
    await a_job(now, schedule="every 7 seconds", overlap="cancel")
    await a_worker(now)
    await scheduler.tick(now + 7 * SECOND)
    ((first, (worker, holding)),) = (await dispatched(now + 7 * SECOND)).items()
    await scheduler.tick(now + 14 * SECOND)
    await executions.finish([ended(worker, holding, "cancelled", reason="cancelled on request")], now + 15 * SECOND)
    assert (await history.find(first))["reason"] == "cancelled by the next fire"
