"""Executions and their logs as screens and scripts read them."""

from collections.abc import Sequence
from typing import Any

import msgspec
from piccolo.columns.combination import WhereRaw

from belfry.ground.errors import NotFound
from belfry.records import db
from belfry.records.tables import Execution, LogLine

COUNTED = 10_000
"""Over all executions counting stops here."""

SORTS = ("due_at", "id")


class Filter(msgspec.Struct, frozen=True):
    """Which executions a page shows; several states or triggers are parted by commas. `sort` as for jobs."""

    job: str = ""
    state: str = ""
    trigger: str = ""
    worker: str = ""
    sort: str = "-due_at"


class LogFilter(msgspec.Struct, frozen=True):
    """Which lines of the logs to read; several levels are parted by commas. With `after` only lines of a higher id."""

    execution: int | None = None
    job: str = ""
    level: str = ""
    q: str = ""
    after: int | None = None


async def find(execution_id: int) -> dict[str, Any]:
    """One execution; NotFound."""
    rows = await Execution.select().where(Execution.id == execution_id)
    if not rows:
        raise NotFound(kind="execution", id=execution_id)
    return rows[0]


async def page(given: Filter, number: int, size: int) -> tuple[list[dict[str, Any]], int, bool]:
    """One page of executions, how many match in all, and whether that number is only a lower bound.

    One job's executions are counted to the last; over all jobs counting stops at `COUNTED`.
    """
    column, ascending = given.sort.removeprefix("-"), not given.sort.startswith("-")
    query = _filtered(Execution.select(), given).order_by(getattr(Execution, column), ascending=ascending)
    if column != "id":
        query = query.order_by(Execution.id, ascending=ascending)
    rows = await query.limit(size).offset(number * size)
    total = await _count(_filtered(Execution.select(Execution.id), given), None if given.job else COUNTED + 1)
    return rows, min(total, total if given.job else COUNTED), not given.job and total > COUNTED


async def log(given: LogFilter, number: int, size: int) -> tuple[list[dict[str, Any]], int, bool]:
    """Lines of the logs: those of one execution, or after an id, the oldest first; else the newest first.

    With how many match in all, and whether that number is only a lower bound.
    """
    ascending = given.execution is not None or given.after is not None
    query = _matching(LogLine.select(), given).order_by(LogLine.id, ascending=ascending)
    rows = await query.limit(size).offset(number * size)
    total = await _count(_matching(LogLine.select(LogLine.id), given), COUNTED + 1)
    return rows, min(total, COUNTED), total > COUNTED


async def recent(job_ids: Sequence[str], count: int = 60) -> dict[str, list[db.Row]]:
    """The latest executions of each job, at most `count` each, the oldest first."""
    found: dict[str, list[db.Row]] = {job_id: [] for job_id in job_ids}
    for row in await db.fetch("recent_executions", list(job_ids), count):
        found[row["job_id"]].append(row)
    return found


async def _count(query: Any, limit: int | None) -> int:
    """How many rows the query finds, counting no further than `limit`."""
    bounded = query if limit is None else query.limit(limit)
    counting: Any = Execution.raw("select count(*) as total from ({}) as found", bounded.querystrings[0])
    return (await counting)[0]["total"]


def _filtered(query: Any, given: Filter) -> Any:
    if given.job:
        query = query.where(Execution.job_id == given.job)
    if given.state:
        query = query.where(Execution.state.is_in(given.state.split(",")))
    if given.trigger:
        query = query.where(Execution.trigger.is_in(given.trigger.split(",")))
    if given.worker:
        query = query.where(Execution.worker_id == given.worker)
    return query


def _matching(query: Any, given: LogFilter) -> Any:
    if given.execution is not None:
        query = query.where(LogLine.execution_id == given.execution)
    if given.job:
        query = query.where(LogLine.job_id == given.job)
    if given.level:
        query = query.where(LogLine.level.is_in(given.level.split(",")))
    if given.q:
        query = query.where(WhereRaw("message ilike {}", db.containing(given.q)))
    if given.after is not None:
        query = query.where(LogLine.id > given.after)
    return query
