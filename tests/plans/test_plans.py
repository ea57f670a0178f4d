"""Plans on a database with much in it: the index is used, and what is read stays bounded."""

import json
from typing import Any

import pytest

from belfry.records import db
from factories import a_job

JOBS, PAST = 50_000, 200_000

FILL_JOBS = """
insert into jobs select (jsonb_populate_record(jobs, jsonb_build_object('id', 'job-' || number))).*
from jobs cross join generate_series(1, $1) as number where jobs.id = 'first'
"""
FILL_PAST = """
insert into past_executions (id, job_id, job_version, state, trigger, priority, due_at, started_at, finished_at,
    command, args, attempt, max_attempts)
select number, 'job-' || number % 1000, 1, case when number % 1000 = 7 then 'failed' else 'succeeded' end, 'schedule',
    2, $1::timestamptz - make_interval(secs => number), $1, $1, 'echo', '{}', 1, 1
from generate_series(1, $2) as number
"""
FILL_LIVE = """
insert into live_executions (job_id, job_version, state, trigger, priority, due_at, ready_at, queued_at, command, args,
    labels, retry_policy, max_attempts, worker_id, fence, attempt)
select 'job-' || number, 1, case when number <= 500 then 'running' else 'queued' end, 'schedule', 1 + number % 3, $1,
    $1, $1, 'echo', '{}', '{}', '{}', 1, case when number <= 500 then 'worker-' || number % 5 end,
    case when number <= 500 then number end, 1
from generate_series(1, 20000) as number
"""


@pytest.fixture
async def full(database: str) -> None:
    now = await db.now()
    await a_job(now, id="first", schedule="daily at 3 AM")
    await db.pool().execute(FILL_JOBS, JOBS)
    await db.pool().execute(FILL_PAST, now, PAST)
    await db.pool().execute(FILL_LIVE, now)
    for table in ("jobs", "past_executions", "live_executions"):
        await db.pool().execute(f"analyze {table}")


async def cost(statement: str, *args: object) -> tuple[int, str]:
    """How many pages a statement touches, and its plan as text."""
    connection: Any
    async with db.pool().acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        rows = await connection.fetch(f"explain (analyze, buffers, format json) {statement}", *args)
        await transaction.rollback()
    plan = json.loads(rows[0][0])[0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], json.dumps(plan)


async def test_costs_stay_flat_in_jobs_and_in_history(full: None) -> None:
    now = await db.now()
    ids = list(range(1, 101))
    workers = [f"worker-{number % 5}" for number in ids]
    finish = [ids, workers, [1] * 100, ids, ["succeeded"] * 100, [0.0] * 100, [0.0] * 100, [], [], []]
    page = "select * from executions order by due_at desc, id desc limit 50"
    for name, statement, args, bound in (
        ("nothing due", db.statement("lock_due_jobs"), (now, 1000), 20),
        ("next due", db.statement("next_due"), (), 20),
        ("next ready", db.statement("next_ready"), (now,), 40),
        ("queue head", db.statement("queue_head"), (now, 50, [], []), 400),
        ("held", db.statement("held_executions"), (["worker-1"], [400], 400), 1500),
        ("finish", db.statement("finish_executions"), (now, *finish), 6000),
        ("one job's history", "select * from executions where job_id = 'job-5' order by due_at desc limit 50", (), 600),
        ("recent", db.statement("recent_executions"), (["job-5", "job-6"], 60), 1200),
        ("failed", "select * from past_executions where state = 'failed' order by due_at desc limit 20", (), 200),
        ("one execution", "select * from executions where id = 150000", (), 60),
    ):
        touched, plan = await cost(statement, *args)
        assert touched <= bound, f"{name}: {touched} pages: {plan}"
    touched, plan = await cost(page)
    assert "past_executions" in plan
    assert touched <= 1500, plan
