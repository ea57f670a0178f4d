"""The life of executions: placement, fences, leases, retries, cancelling, dependencies."""

import asyncio
from datetime import datetime, timedelta

import asyncpg
import pytest

from belfry.loops import dispatcher, scheduler
from belfry.records import db, executions, history, jobs, workers
from belfry.records.executions import Report
from belfry.rules.definition import Definition
from belfry.rules.lifecycle import LOSSES_ALLOWED, RetryPolicy
from belfry.rules.wire import Logged, Progress, Started
from factories import LEASE, a_job, a_worker, dispatched, ended, events, held, run, states

SECOND = timedelta(seconds=1)
POOL = (("worker-1", 5), ("worker-2", 8), ("worker-3", 10), ("worker-4", 6))
pytestmark = pytest.mark.usefixtures("database")


async def loads() -> dict[str, int]:
    return {row["id"]: row["running"] for row in await workers.listing()}


async def found(execution_id: int) -> dict[str, object]:
    return await history.find(execution_id)


async def test_forty_at_once_fill_the_pool_and_the_rest_waits_in_order() -> None:
    now = await db.now()
    for name, capacity in POOL:
        await a_worker(now, name, capacity)
    low, high = await a_job(now, id="low", priority="LOW"), await a_job(now, id="high", priority="HIGH")
    late = [await run(low, now) for _ in range(20)]
    first = [await run(high, now) for _ in range(20)]
    given = await dispatched(now)
    assert await loads() == dict(POOL)
    assert set(given) == {*first, *late[:9]}
    executions_left = set(late[9:])
    await executions.finish([ended(*given[first[0]]), ended(*given[first[1]])], now)
    assert set(await dispatched(now)) & executions_left == set(late[9:11])


async def test_two_dispatchers_at_once_never_give_a_worker_more_than_its_slots() -> None:
    now = await db.now()
    await a_worker(now, "worker-1", 3)
    job_id = await a_job(now)
    for _ in range(10):
        await run(job_id, now)
    await asyncio.gather(*[dispatcher.tick(now) for _ in range(5)])
    assert await loads() == {"worker-1": 3}


async def test_work_goes_where_the_load_is_least_afterwards() -> None:
    now = await db.now()
    await a_worker(now, "small", 2)
    await a_worker(now, "large", 8)
    job_id = await a_job(now)
    for _ in range(5):
        await run(job_id, now)
    await dispatched(now)
    assert await loads() == {"small": 1, "large": 4}


async def test_what_no_worker_can_do_holds_up_nothing_behind_it() -> None:
    now = await db.now()
    await a_worker(now, "worker-1", 2)
    unfit = await a_job(now, id="unfit", labels={"gpu": "true"}, priority="HIGH")
    for _ in range(30):
        await run(unfit, now)
    fit = await run(await a_job(now, id="fit", priority="LOW"), now)
    assert set(await dispatched(now)) == {fit}


async def test_labels_lead_work_to_the_workers_that_have_them() -> None:
    now = await db.now()
    await a_worker(now, "plain", 9)
    await a_worker(now, "graphic", 1, labels={"gpu": "true", "zone": "b"})
    execution_id = await run(await a_job(now, labels={"gpu": "true"}), now)
    assert (await dispatched(now))[execution_id][0] == "graphic"


async def test_a_drained_worker_gets_nothing_new_until_it_is_resumed() -> None:
    now = await db.now()
    await a_worker(now)
    await workers.steer("worker-1", "drain", now)
    execution_id = await run(await a_job(now), now)
    assert await dispatched(now) == {}
    await workers.steer("worker-1", "resume", now)
    assert set(await dispatched(now)) == {execution_id}


async def test_a_lost_execution_returns_to_its_queue_and_keeps_its_retries() -> None:
    now = await db.now()
    await a_worker(now)
    execution_id = await run(await a_job(now, retries=1), now)
    await dispatched(now)
    await executions.lose(now + LEASE + SECOND)
    row = await found(execution_id)
    assert (row["state"], row["attempt"], row["reason"]) == ("queued", 1, "lost")
    assert (await events("execution"))[-2:] == ["execution.lost", "execution.queued"]
    later = now + 20 * SECOND
    await a_worker(later, "worker-2")
    await executions.finish([ended(*(await dispatched(later))[execution_id], outcome="failed", error="x")], later)
    assert (await found(execution_id))["state"] == "queued"


async def test_a_lease_that_lasts_is_left_alone() -> None:
    now = await db.now()
    await a_worker(now)
    execution_id = await run(await a_job(now), now)
    await dispatched(now)
    assert await executions.lose(now + LEASE) == 0
    assert (await found(execution_id))["state"] == "assigned"


async def test_an_execution_that_is_lost_again_and_again_fails() -> None:
    now = await db.now()
    execution_id = await run(await a_job(now), now)
    for loss in range(LOSSES_ALLOWED):
        assert (await found(execution_id))["state"] == "queued", loss
        await a_worker(now, f"worker-{loss}")
        await dispatched(now)
        assert await executions.lose(now, f"worker-{loss}") == 1
        await workers.steer(f"worker-{loss}", "drain", now)
    row = await found(execution_id)
    assert (row["state"], row["attempt"], row["reason"]) == ("failed", LOSSES_ALLOWED, "lost")


async def test_a_worker_that_lost_its_lease_can_finish_nothing() -> None:
    now = await db.now()
    await a_worker(now)
    execution_id = await run(await a_job(now), now)
    worker_id, old = (await dispatched(now))[execution_id]
    await executions.lose(now, worker_id)
    key = {"execution_id": old.execution_id, "attempt": old.attempt, "fence": old.fence}
    before = await found(execution_id)
    told = len(await events())
    await executions.start([Report(worker_id, Started(**key))], now)
    await executions.log([Report(worker_id, Logged(**key, message="late"))], now)
    await executions.progress([Report(worker_id, Progress(**key, done=1, total=2))])
    await executions.finish([ended(worker_id, old)], now)
    await executions.finish((), now, [Report(worker_id, old)])
    assert await found(execution_id) == before
    assert len(await events()) == told
    _, new = (await dispatched(now))[execution_id]
    await executions.finish([ended(worker_id, old)], now)
    assert (await found(execution_id))["state"] == "assigned"
    await executions.finish([ended(worker_id, new, result='{"ok": true}')], now)
    assert (await found(execution_id))["result"] == '{"ok": true}'


async def test_a_committed_end_is_final() -> None:
    now = await db.now()
    await a_worker(now)
    execution_id = await run(await a_job(now, retries=3), now)
    worker_id, holding = (await dispatched(now))[execution_id]
    await executions.finish([ended(worker_id, holding)], now)
    await executions.finish([ended(worker_id, holding, "failed", error="late")], now)
    await executions.lose(now, worker_id)
    assert (await found(execution_id))["state"] == "succeeded"
    assert await dispatched(now) == {}


@pytest.mark.parametrize(
    ("policy", "delays"),
    [
        (RetryPolicy(), []),
        (RetryPolicy(type="FIXED", max_retries=3, delay_ms=2000), [2, 2, 2]),
        (RetryPolicy(type="EXPONENTIAL", max_retries=4, delay_ms=1000, max_delay_ms=3000), [1, 2, 3, 3]),
    ],
)
async def test_a_failed_attempt_is_followed_as_the_policy_says(policy: RetryPolicy, delays: list[int]) -> None:
    now = await db.now()
    await a_worker(now)
    execution_id = await run(await a_job(now, retry_policy=policy), now)
    for delay in delays:
        report = ended(*(await dispatched(now))[execution_id], outcome="failed", error="broken\nTraceback")
        await executions.finish([report], now)
        assert await dispatched(now + (delay - 0.001) * SECOND) == {}
        now += delay * SECOND
    await executions.finish([ended(*(await dispatched(now))[execution_id], outcome="failed", error="broken")], now)
    row = await found(execution_id)
    assert (row["state"], row["attempt"], row["error"]) == ("failed", len(delays) + 1, "broken")
    assert (await events("execution")).count("execution.retrying") == len(delays)


async def test_the_handlers_own_wish_decides_when_the_next_attempt_is_made() -> None:
    now = await db.now()
    await a_worker(now)
    execution_id = await run(await a_job(now, retries=1), now)
    report = ended(*(await dispatched(now))[execution_id], outcome="failed", error="busy", retry_in_seconds=10)
    await executions.finish([report], now)
    assert await dispatched(now + 9 * SECOND) == {}
    assert set(await dispatched(now + 10 * SECOND)) == {execution_id}


async def test_what_waits_is_cancelled_at_once_and_what_runs_by_its_worker() -> None:
    now = await db.now()
    await a_worker(now, capacity=1)
    job_id = await a_job(now)
    running, queued = await run(job_id, now), await run(job_id, now)
    worker_id, holding = (await dispatched(now))[running]
    assert await executions.cancel(queued, "no", now) == "cancelled"
    assert await executions.cancel(running, "no", now) == "assigned"
    assert await executions.cancellations([worker_id]) == {worker_id: [holding]}
    await executions.finish([ended(worker_id, holding, "cancelled", reason="no")], now)
    assert await states(job_id) == ["cancelled", "cancelled"]
    assert await executions.cancel(running, "again", now) is None


async def test_an_execution_that_is_to_be_cancelled_and_is_lost_is_cancelled() -> None:
    now = await db.now()
    await a_worker(now)
    execution_id = await run(await a_job(now), now)
    await dispatched(now)
    await executions.cancel(execution_id, "no", now)
    await executions.lose(now + LEASE + SECOND)
    assert (await found(execution_id))["state"] == "cancelled"


async def test_what_never_began_goes_back_without_using_up_a_number() -> None:
    now = await db.now()
    await a_worker(now)
    execution_id = await run(await a_job(now), now)
    worker_id, holding = (await dispatched(now))[execution_id]
    await executions.finish((), now, [Report(worker_id, holding)])
    assert (await held()) == {}
    assert (await dispatched(now))[execution_id][1].attempt == 1


async def a_chain(now: datetime) -> tuple[str, str]:
    """A job every 7 seconds, and one every 14 that depends on it."""
    first = await a_job(now, id="first", schedule="every 7 seconds", overlap="allow")
    second = await a_job(now, id="second", schedule="every 14 seconds", overlap="allow", dependencies=["first"])
    return first, second


async def finish_all(now: datetime, outcome: str = "succeeded") -> None:
    await executions.finish([ended(*holder, outcome=outcome) for holder in (await dispatched(now)).values()], now)


async def test_a_dependent_execution_waits_for_the_latest_due_before_it() -> None:
    now = await db.now()
    await a_worker(now)
    _, second = await a_chain(now)
    await scheduler.tick(now + 7 * SECOND)
    await finish_all(now + 7 * SECOND, "failed")
    await scheduler.tick(now + 14 * SECOND)
    assert await states(second) == ["waiting"]
    await finish_all(now + 14 * SECOND)
    assert await states(second) == ["queued"]


@pytest.mark.parametrize("outcome", ["failed", "cancelled"])
async def test_a_dependency_that_failed_for_good_skips_what_waits_with_the_reason(outcome: str) -> None:
    now = await db.now()
    await a_worker(now)
    _, second = await a_chain(now)
    await scheduler.tick(now + 14 * SECOND)
    await finish_all(now + 14 * SECOND, outcome)
    rows, _, _ = await history.page(history.Filter(job=second), 0, 10)
    assert [(row["state"], row["reason"]) for row in rows] == [("skipped", "dependency first failed")]


async def test_without_any_execution_of_its_dependency_it_waits_for_the_first() -> None:
    now = await db.now()
    await a_worker(now)
    first = await a_job(now, id="first")
    second = await a_job(now, id="second", schedule="every 7 seconds", dependencies=["first"])
    await scheduler.tick(now + 7 * SECOND)
    assert await states(second) == ["waiting"]
    await run(first, now + 9 * SECOND)
    await finish_all(now + 9 * SECOND)
    assert await states(second) == ["queued"]


async def test_skipped_executions_of_a_dependency_do_not_count() -> None:
    now = await db.now()
    await a_worker(now)
    first = await a_job(now, id="first", schedule="every 7 seconds")
    second = await a_job(now, id="second", schedule="every 14 seconds", dependencies=["first"])
    await scheduler.tick(now + 7 * SECOND)
    await scheduler.tick(now + 14 * SECOND)
    assert (await states(first), await states(second)) == (["queued", "skipped"], ["waiting"])
    await finish_all(now + 14 * SECOND)
    assert await states(second) == ["queued"]


async def test_a_job_by_hand_fires_when_all_it_depends_on_has_succeeded_since() -> None:
    now = await db.now()
    await a_worker(now)
    left, right = await a_job(now, id="left"), await a_job(now, id="right")
    both = await a_job(now, id="both", dependencies=["left", "right"])
    await run(left, now + SECOND)
    await finish_all(now + SECOND)
    assert await states(both) == []
    await run(right, now + 2 * SECOND)
    await finish_all(now + 2 * SECOND)
    assert await states(both) == ["queued"]
    await finish_all(now + 3 * SECOND)
    await run(left, now + 4 * SECOND)
    await finish_all(now + 4 * SECOND)
    assert await states(both) == ["succeeded"]


async def test_two_dependencies_that_end_at_once_in_two_transactions_fire_what_needs_both() -> None:
    now = await db.now()
    await a_worker(now)
    left, right = await a_job(now, id="left"), await a_job(now, id="right")
    both = await a_job(now, id="both", dependencies=["left", "right"])
    for turn in range(1, 9):
        at = now + turn * SECOND
        await run(left, at)
        await run(right, at)
        given = await dispatched(at)
        await asyncio.gather(*[executions.finish([ended(*holder)], at) for holder in given.values()])
        await finish_all(at)
        assert await states(both) == ["succeeded"] * turn


async def test_force_ignores_dependencies() -> None:
    now = await db.now()
    await a_job(now, id="first")
    second = await a_job(now, id="second", dependencies=["first"])
    await run(second, now)
    await run(second, now + SECOND, force=True)
    assert await states(second) == ["waiting", "queued"]


async def test_deleting_a_job_ends_what_waits_and_asks_for_what_runs() -> None:
    now = await db.now()
    await a_worker(now, capacity=1)
    job_id = await a_job(now)
    running = await run(job_id, now)
    await run(job_id, now + SECOND)
    worker_id, holding = (await dispatched(now + SECOND))[running]
    await jobs.delete(job_id, now + SECOND)
    assert await states(job_id) == ["assigned", "cancelled"]
    assert await executions.cancellations([worker_id]) == {worker_id: [holding]}
    await executions.finish([ended(worker_id, holding, "cancelled")], now + SECOND)
    assert await states(job_id) == ["cancelled", "cancelled"]


async def locked(database: str, job_id: str) -> "asyncpg.Connection[asyncpg.Record]":
    """A connection that holds the row of a job, as an edit does."""
    connection = await asyncpg.connect(database)
    await connection.execute("begin")
    await connection.execute("select from jobs where id = $1 for no key update", job_id)
    return connection


async def test_a_fire_waits_for_a_dependency_that_is_due_and_not_yet_fired(database: str) -> None:
    now = await db.now()
    await a_worker(now)
    first, second = await a_chain(now)
    await scheduler.tick(now + 7 * SECOND)
    await finish_all(now + 7 * SECOND)
    edit = await locked(database, first)
    await scheduler.tick(now + 14 * SECOND)
    assert await states(second) == ["waiting"]
    await edit.close()
    await scheduler.tick(now + 14 * SECOND)
    assert ((await states(first))[1:], await states(second)) == (["queued"], ["waiting"])
    await finish_all(now + 14 * SECOND)
    assert await states(second) == ["queued"]


async def test_a_job_by_hand_fires_after_its_run_when_all_has_succeeded_meanwhile() -> None:
    now = await db.now()
    await a_worker(now)
    first = await a_job(now, id="first")
    after = await a_job(now, id="after", dependencies=["first"])
    await run(first, now + SECOND)
    await finish_all(now + SECOND)
    running = await dispatched(now + SECOND)
    await run(first, now + 2 * SECOND)
    newer = {key: held for key, held in (await dispatched(now + 2 * SECOND)).items() if key not in running}
    await executions.finish([ended(*holder) for holder in newer.values()], now + 2 * SECOND)
    assert await states(after) == ["assigned"]
    await executions.finish([ended(*holder) for holder in running.values()], now + 3 * SECOND)
    assert await states(after) == ["succeeded", "queued"]
    await finish_all(now + 4 * SECOND)
    assert await states(after) == ["succeeded", "succeeded"]


async def test_what_succeeded_before_an_edit_of_the_dependencies_still_counts() -> None:
    now = await db.now()
    await a_worker(now)
    left, right = await a_job(now, id="left"), await a_job(now, id="right")
    both = await a_job(now, id="both", dependencies=["left", "right", await a_job(now, id="third")])
    await run(left, now + SECOND)
    await finish_all(now + SECOND)

    def change(definition: Definition) -> Definition:
        definition.dependencies = ["left", "right"]
        return definition

    await jobs.edit(both, change, now + 2 * SECOND)
    await run(right, now + 3 * SECOND)
    await finish_all(now + 3 * SECOND)
    assert await states(both) == ["queued"]


async def test_an_execution_that_fails_while_it_is_to_be_cancelled_is_not_tried_again() -> None:
    now = await db.now()
    await a_worker(now)
    execution_id = await run(await a_job(now, retries=3), now)
    holder = (await dispatched(now))[execution_id]
    await executions.cancel(execution_id, "no", now)
    await executions.finish([ended(*holder, outcome="failed", error="broken")], now)
    row = await found(execution_id)
    assert (row["state"], row["attempt"]) == ("cancelled", 1)
    assert "broken" in str(row["attempts"])


async def test_an_execution_that_is_handed_back_while_it_is_to_be_cancelled_is_cancelled() -> None:
    now = await db.now()
    await a_worker(now)
    execution_id = await run(await a_job(now), now)
    worker_id, holding = (await dispatched(now))[execution_id]
    await executions.cancel(execution_id, "no", now)
    await executions.finish((), now, [Report(worker_id, holding)])
    assert (await found(execution_id))["state"] == "cancelled"


async def test_what_comes_back_to_the_queue_keeps_its_place_in_it() -> None:
    now = await db.now()
    await a_worker(now, capacity=2)
    job_id = await a_job(now)
    lost, returned, *later = [await run(job_id, now + turn * SECOND) for turn in range(4)]
    given = await dispatched(now + 3 * SECOND)
    assert set(given) == {lost, returned}
    await executions.lose(now + 4 * SECOND, "worker-1", [lost])
    await executions.finish((), now + 4 * SECOND, [Report(*given[returned])])
    assert set(await dispatched(now + 5 * SECOND)) == {lost, returned}
    assert later


async def test_what_waited_is_queued_by_when_it_was_due() -> None:
    now = await db.now()
    await a_worker(now, capacity=1)
    first, other = await a_job(now, id="first"), await a_job(now, id="other")
    waited = await run(await a_job(now, id="second", dependencies=["first"]), now + SECOND)
    await run(first, now + 2 * SECOND)
    given = await dispatched(now + 2 * SECOND)
    await run(other, now + 3 * SECOND)
    await executions.finish([ended(*holder) for holder in given.values()], now + 4 * SECOND)
    assert set(await dispatched(now + 4 * SECOND)) == {waited}


async def test_many_kinds_of_what_no_worker_can_do_hold_up_nothing_behind_them() -> None:
    now = await db.now()
    await a_worker(now, capacity=1)
    for number in range(20):
        await run(await a_job(now, id=f"unfit-{number}", labels={"only": str(number)}), now)
    fit = await run(await a_job(now, id="fit"), now)
    assert set(await dispatched(now)) == {fit}


async def test_a_cancellation_is_never_missed_while_its_execution_is_given_away() -> None:
    now = await db.now()
    await a_worker(now, capacity=100)
    job_id = await a_job(now)
    for _ in range(30):
        execution_id = await run(job_id, now)
        state, _ = await asyncio.gather(executions.cancel(execution_id, "no", now), dispatcher.tick(now))
        row = await found(execution_id)
        assert (state, row["state"]) == ("cancelled", "cancelled") or row["cancel_requested"], (state, dict(row))


async def test_a_success_counts_for_one_fire_only_whatever_order_the_ends_are_recorded_in() -> None:
    now = await db.now()
    await a_worker(now)
    left, right = await a_job(now, id="left"), await a_job(now, id="right")
    both = await a_job(now, id="both", dependencies=["left", "right"])
    ids = {name: await run(name, now) for name in (left, right)}
    given = await dispatched(now)
    await executions.finish([ended(*given[ids[right]])], now + 2 * SECOND)
    await executions.finish([ended(*given[ids[left]])], now + SECOND)
    await finish_all(now + 3 * SECOND)
    await run(left, now + 4 * SECOND)
    await finish_all(now + 4 * SECOND)
    assert await states(both) == ["succeeded"]


async def test_a_lease_that_is_just_being_prolonged_is_left_alone(database: str) -> None:
    now = await db.now()
    await a_worker(now)
    execution_id = await run(await a_job(now), now)
    await dispatched(now)
    renewing = await asyncpg.connect(database)
    await renewing.execute("begin; update workers set lease_until = lease_until + interval '15 seconds'")
    assert await executions.lose(now + LEASE + SECOND) == 0
    await renewing.execute("commit")
    await renewing.close()
    assert await executions.lose(now + LEASE + SECOND) == 0
    assert (await found(execution_id))["state"] == "assigned"
    assert await executions.lose(now + 2 * LEASE + SECOND) == 1
