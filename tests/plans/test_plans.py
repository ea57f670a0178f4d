"""Plans on a database with much in it: what a statement reads does not grow with idle jobs nor with history."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Sequence
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from belfry.records import db, history, jobs, status
from belfry.records.history import Filter, LogFilter
from belfry.records.tables import Job
from conftest import at_database
from factories import a_job, a_worker

NAME = "belfry_full"
JOBS, PAST, DAYS = 200_000, 300_000, 30
JUST_BEFORE = timedelta(seconds=10)

REST = ", ".join(column._meta.name for column in Job._meta.columns if column._meta.name != "id")
FILL_JOBS = f"""
insert into jobs (id, {REST}) select 'job-' || number, {REST} from jobs, generate_series(1, $1) as number
where jobs.id = 'first'
"""
FILL_DEPENDENCIES = """
insert into job_dependencies select 'job-' || number, 'job-' || number + 1 from generate_series(1, 100000) as number
"""
FILL_PAST = """
insert into past_executions (id, job_id, job_version, state, trigger, priority, due_at, started_at, finished_at,
    command, args, attempt, max_attempts, worker_id)
select nextval('execution_ids'), 'job-' || number % 1000, 1,
    case when number % 1000 = 7 then 'failed' else 'succeeded' end,
    case when number % 10000 = 9 then 'manual' else 'schedule' end, 2,
    $1::timestamptz - number * make_interval(days => $3) / $2, $1, $1, 'echo', '{}', 1, 1, 'worker-' || number % 5
from generate_series(1, $2::integer) as number
"""
FILL_LIVE = """
insert into live_executions (job_id, job_version, state, trigger, priority, due_at, ready_at, queued_at, command, args,
    labels, retry_policy, max_attempts, worker_id, fence, attempt)
select 'job-' || number, 1, case when number <= 500 then 'running' when number <= 1000 then 'waiting' else 'queued' end,
    'schedule', 1 + number % 3, $1, $1, $1, 'echo', '{}', '{}', '{}', 1,
    case when number <= 500 then 'worker-' || number % 5 end, case when number <= 500 then number end, 1
from generate_series(1, 20000) as number
"""
FILL_EVENTS = """
insert into events (at, type, job_id, execution_id, attempt, worker_id, data)
select $1, 'execution.' || (array['queued', 'assigned', 'running', 'log', 'succeeded'])[1 + number % 5],
    'job-' || number / 5 % 1000, number / 5, 1, 'worker-1', '{"level": "INFO", "message": "hello", "args": {}}'
from generate_series(1, 200000) as number
"""


async def fill(server: str, template: str) -> datetime:
    """Make a database with a month behind it; the now it is made for."""
    admin = await asyncpg.connect(server)
    await admin.execute(f"create database {NAME} template {template}")
    await admin.close()
    await db.open_pool(at_database(server, NAME))
    now = await db.now()
    for day in range(DAYS + 1):
        await db.fetch("prepare_partitions", now - timedelta(days=day))
    await a_job(now, id="first", schedule="daily at 3 AM")
    for number in range(5):
        await a_worker(now, f"worker-{number}", 200)
    await db.pool().execute(FILL_JOBS, JOBS)
    await db.pool().execute(FILL_DEPENDENCIES)
    await db.pool().execute(FILL_PAST, now, PAST, DAYS)
    await db.pool().execute(FILL_LIVE, now - JUST_BEFORE)
    await db.pool().execute(FILL_EVENTS, now)
    for table in ("jobs", "job_dependencies", "past_executions", "live_executions", "events"):
        await db.pool().execute(f"vacuum analyze {table}")
    await db.close_pool()
    return now


@pytest.fixture(scope="module")
def filled(postgres_url: str, template: str) -> tuple[str, datetime]:
    """The URL of the database with much in it, and its now."""
    return at_database(postgres_url, NAME), asyncio.run(fill(postgres_url, template))


@pytest.fixture
async def full(filled: tuple[str, datetime]) -> AsyncIterator[datetime]:
    """Connected to the database with much in it; its now."""
    url, now = filled
    await db.open_pool(url)
    yield now
    await db.close_pool()


async def cost(statement: str, args: Sequence[object]) -> tuple[int, str]:
    """How many pages a statement touches, and its plan as text."""
    connection: Any
    async with db.pool().acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        rows = await connection.fetch(f"explain (analyze, buffers, format json) {statement}", *args)
        await transaction.rollback()
    plan = json.loads(rows[0][0])[0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], json.dumps(plan)


async def test_what_a_statement_reads_is_bounded_whatever_lies_idle_or_behind(full: datetime) -> None:
    live = await db.pool().fetch("select * from live_executions where worker_id is not null order by id limit 100")
    keys = [[row[name] for row in live] for name in ("id", "worker_id", "attempt", "fence")]
    zeros, nothing = [0.0] * 100, [None] * 100
    queued = [
        row["id"] for row in await db.pool().fetch("select id from live_executions where state = 'queued' limit 100")
    ]
    dependants = [f"job-{number}" for number in range(501, 601)]
    for name, args, bound in (
        ("lock_due_jobs", (full, 1000), 20),
        ("lock_paused_jobs", (full,), 20),
        ("next_due", (), 20),
        ("next_ready", (full,), 40),
        ("overdue_jobs", (full,), 20),
        ("jobs_using", ("holidays",), 20),
        ("list_calendars", ("%", 20, 0), 20),
        ("upcoming_jobs", (full + timedelta(days=2), 1000), 1200),
        ("queue_head", (full, 50, [], []), 400),
        ("worker_places", (full,), 100),
        ("list_workers", (), 100),
        ("assign_executions", (full, queued, ["worker-1"] * 100), 6000),
        ("held_executions", (["worker-1"], [400], 400), 1500),
        ("cancellations", (["worker-1"],), 20),
        ("given_executions", (["worker-1"],), 600),
        ("start_executions", (full, *keys, zeros), 6000),
        ("finish_executions", (full, *keys, ["succeeded"] * 100, zeros, zeros, nothing, nothing, nothing), 6000),
        ("retry_executions", (full, *keys, zeros, zeros, nothing, zeros), 6000),
        ("return_executions", (full, *keys), 1000),
        ("log_lines", (full, *keys, zeros, ["INFO"] * 100, ["hello"] * 100), 3000),
        ("lose_executions", (full, None, 20, None), 200),
        ("lock_dependants", (["job-5", "job-6"],), 60),
        ("fire_dependants", (full, ["job-4", "job-5"], ["job-5"]), 100),
        ("waiting_jobs", ("", 1000), 40),
        ("release_executions", (full, dependants), 12_000),
        ("recent_executions", (["job-5", "job-6"], 60), 1500),
        ("find_past", (150_000,), 200),
        ("read_events", (199_000, 2000), 400),
        ("reachable_edges", ("job-99900",), 1600),
    ):
        touched, plan = await cost(db.statement(name), args)
        assert touched <= bound, f"{name}: {touched} pages: {plan}"


async def costs(asking: Awaitable[object]) -> list[tuple[int, str]]:
    """What each statement touches that is run meanwhile."""
    asked: list[Any] = []
    async with db.transaction():
        connection: Any = db.engine.current_transaction.get().connection
        connection.add_query_logger(asked.append)
        await asking
        connection.remove_query_logger(asked.append)
    return [await cost(one.query, one.args) for one in asked]


@pytest.mark.parametrize(
    ("given", "bound"),
    [
        (Filter(), 1500),
        (Filter(sort="due_at"), 1500),
        (Filter(sort="id"), 12_000),
        (Filter(job="job-5"), 1500),
        (Filter(job="nobody"), 300),
        (Filter(state="failed"), 1500),
        (Filter(state="succeeded"), 1500),
        (Filter(state="cancelled"), 800),
        (Filter(state="running"), 1500),
        (Filter(trigger="manual"), 800),
        (Filter(trigger="backfill"), 800),
    ],
    ids=repr,
)
async def test_a_page_of_history_reads_little_more_than_it_shows(full: datetime, given: Filter, bound: int) -> None:
    for touched, plan in await costs(history.page(given, 0, 50)):
        assert touched <= bound, f"{touched} pages: {plan}"


@pytest.mark.parametrize("given", [LogFilter(execution=20_000), LogFilter(job="job-5"), LogFilter()], ids=repr)
async def test_a_page_of_a_log_reads_little_more_than_it_shows(full: datetime, given: LogFilter) -> None:
    for touched, plan in await costs(history.log(given, 0, 100)):
        assert touched <= 1500, f"{touched} pages: {plan}"


async def test_a_page_of_jobs_reads_little_more_than_it_shows(full: datetime) -> None:
    for touched, plan in await costs(jobs.page(jobs.Filter(), 0, 50)):
        assert touched <= 300 or "Index Only Scan" in plan, f"{touched} pages: {plan}"


async def test_lateness_is_read_from_the_latest_alone(full: datetime) -> None:
    for touched, plan in await costs(status.lateness(full)):
        assert touched <= 4000, plan
