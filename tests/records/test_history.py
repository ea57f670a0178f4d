"""The past as screens read it: pages, logs, the latest of each job."""

from datetime import datetime, timedelta

import pytest

from belfry.ground.errors import NotFound
from belfry.records import db, executions, history
from belfry.records.executions import Report
from belfry.records.history import Filter, LogFilter
from belfry.rules.wire import Logged
from factories import a_job, a_worker, dispatched, ended, run

SECOND = timedelta(seconds=1)
pytestmark = pytest.mark.usefixtures("database")


async def a_past(now: datetime) -> list[int]:
    """Six executions of two jobs, one a second: succeeded, failed, succeeded, failed, one held and one queued."""
    await a_worker(now, "one", 1)
    first, second = await a_job(now, id="first"), await a_job(now, id="second")
    ids = [await run((first, second)[turn % 2], now + turn * SECOND) for turn in range(6)]
    at = now + 6 * SECOND
    for turn in range(4):
        given = await dispatched(at)
        outcome = ("succeeded", "failed")[turn % 2]
        await executions.finish([ended(*given[ids[turn]], outcome=outcome, error="broken")], at)
    await dispatched(at)
    return ids


async def test_a_page_holds_live_and_past_ones_in_one_order() -> None:
    ids = await a_past(await db.now())
    rows, total, bound = await history.page(Filter(), 0, 4)
    assert [row["id"] for row in rows] == ids[:1:-1]
    assert (total, bound) == (6, False)
    rows, _, _ = await history.page(Filter(), 1, 4)
    assert [row["id"] for row in rows] == ids[1::-1]
    rows, _, _ = await history.page(Filter(sort="id"), 0, 10)
    assert [row["id"] for row in rows] == ids


async def test_a_page_is_narrowed_by_job_state_trigger_and_worker() -> None:
    ids = await a_past(await db.now())
    for given, expected in (
        (Filter(job="first"), ids[4::-2]),
        (Filter(state="failed,queued"), [ids[5], ids[3], ids[1]]),
        (Filter(worker="one"), ids[4::-1]),
        (Filter(trigger="schedule"), []),
        (Filter(trigger="manual", state="assigned"), [ids[4]]),
    ):
        rows, total, _ = await history.page(given, 0, 10)
        assert ([row["id"] for row in rows], total) == (expected, len(expected))


async def test_counting_over_all_jobs_stops_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "COUNTED", 3)
    await a_past(await db.now())
    assert (await history.page(Filter(), 0, 1))[1:] == (3, True)
    assert (await history.page(Filter(job="first"), 0, 1))[1:] == (3, False)


async def test_the_latest_of_each_job_are_at_hand_the_oldest_first() -> None:
    ids = await a_past(await db.now())
    latest = await history.recent(["first", "second", "nobody"], 2)
    assert {job: [row["id"] for row in rows] for job, rows in latest.items()} == {
        "first": [ids[2], ids[4]],
        "second": [ids[3], ids[5]],
        "nobody": [],
    }


async def test_an_execution_that_never_was_is_not_found() -> None:
    with pytest.raises(NotFound, match="404"):
        await history.find(404)


async def test_a_log_is_read_on_from_a_line_and_narrowed() -> None:
    now = await db.now()
    await a_worker(now)
    execution_id = await run(await a_job(now), now)
    worker_id, holding = (await dispatched(now))[execution_id]
    key = {"execution_id": holding.execution_id, "attempt": holding.attempt, "fence": holding.fence}
    said = [("INFO", "first 100%"), ("WARN", "second\0"), ("ERROR", "third")]
    await executions.log([Report(worker_id, Logged(**key, level=level, message=text)) for level, text in said], now)
    lines, total, _ = await history.log(LogFilter(execution=execution_id), 0, 10)
    assert ([line["message"] for line in lines], total) == (["first 100%", "second�", "third"], 3)
    for given, expected in (
        (LogFilter(execution=execution_id, after=lines[0]["id"]), ["second�", "third"]),
        (LogFilter(execution=execution_id, level="WARN,ERROR"), ["second�", "third"]),
        (LogFilter(job="a-job", q="0%"), ["first 100%"]),
        (LogFilter(job="other"), []),
        (LogFilter(level="ERROR"), ["third"]),
    ):
        found, _, _ = await history.log(given, 0, 10)
        assert [line["message"] for line in found] == expected


async def test_a_log_tells_of_start_retry_loss_and_failure() -> None:
    now = await db.now()
    await a_worker(now)
    execution_id = await run(await a_job(now, retries=1), now)
    for outcome in ("lost", "failed", "failed"):
        given = (await dispatched(now))[execution_id]
        if outcome == "lost":
            await executions.lose(now, "worker-1")
        else:
            await executions.finish([ended(*given, outcome="failed", error="broken", duration_seconds=1)], now)
        now += 2 * SECOND
    lines, _, _ = await history.log(LogFilter(execution=execution_id), 0, 10)
    assert [(line["attempt"], line["level"], line["message"].split(" with")[0][:26]) for line in lines] == [
        (1, "WARN", "attempt 1 was lost: worker"),
        (2, "INFO", "attempt 2 started on worke"),
        (2, "WARN", "attempt 2 failed, the next"),
        (3, "INFO", "attempt 3 started on worke"),
        (3, "ERROR", "failed: broken"),
    ]
