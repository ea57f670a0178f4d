"""Jobs: making, reading, editing and deleting them. Firing them is in `fires`."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
from piccolo.columns import Column
from piccolo.columns.combination import WhereRaw
from piccolo.query import OrderByRaw

from belfry.ground.errors import Conflict, FieldError, Invalid, NotFound, VersionConflict, invalid
from belfry.records import calendars, db, executions, timings
from belfry.records.tables import Job, JobVersion
from belfry.rules import commands, schedules
from belfry.rules.calendars import Calendar
from belfry.rules.definition import PRIORITY, RANK, Definition, check, first_free, slug, unstorable
from belfry.rules.graph import find_cycle
from belfry.rules.lifecycle import RetryPolicy

SORTS = {
    "id": "id",
    "name": "lower(name)",
    "state": "state",
    "priority": "priority",
    "command": "command",
    "next_fire_at": "next_fire_at",
    "last_fired_at": "last_fired_at",
    "created_at": "created_at",
    "updated_at": "updated_at",
}
"""What a page of jobs can be sorted by, and the SQL for it."""

GRAPH_LOCK = 0x67726166
"""Held while edges are changed, so that two edits cannot close a cycle between them."""


class Filter(msgspec.Struct, frozen=True):
    """Which jobs a page shows; `sort` is a column, with '-' before it for descending."""

    q: str = ""
    state: str = ""
    tag: str = ""
    command: str = ""
    priority: str = ""
    sort: str = "name"


async def create(definition: Definition, now: datetime) -> str:
    """Make a job and return its id. Invalid names every wrong field; Conflict when the id is taken."""
    await _check(definition, now, now)
    async with db.transaction():
        job_id = definition.id or await _free_id(slug(definition.name))
        when = await timings.understood(definition, job_id, now, now)
        values: dict[str, Any] = _columns(definition, when.schedule) | {
            "id": job_id,
            "state": "active" if definition.enabled else "paused",
            "next_fire_at": timings.armed(when, now),
            "created_at": now,
            "updated_at": now,
        }
        if not await Job.insert(Job(**values)).on_conflict(action="DO NOTHING").returning(Job.id):
            raise Conflict(reason=f"There is a job {job_id!r} already; give this one another id.")
        await _depend(job_id, definition.dependencies)
        await _keep_version(msgspec.structs.replace(definition, id=job_id), 1, now)
        await _tell("created", job_id, now)
    return job_id


async def edit(
    job_id: str, change: Callable[[Definition], Definition], now: datetime, version: int | None = None
) -> None:
    """Make what `change` makes of a job's definition its next version.

    `version` guards it: VersionConflict when the job has moved on. A changed schedule fires next after now;
    what is already queued still runs as it was.
    """
    async with db.transaction():
        row = await _lock(job_id)
        if version is not None and row["version"] != version:
            raise VersionConflict(kind="job", id=job_id, version=row["version"])
        definition = change(definition_of(row))
        if definition.id not in (None, job_id):
            raise invalid("id", f"cannot be changed; this job is {job_id!r}", "immutable")
        await _check(definition, row["created_at"], now)
        when = await timings.understood(definition, job_id, row["created_at"], now)
        changed = timings.has_changed(row, definition, when)
        when = when if changed else await timings.of(row)
        values: dict[Column | str, Any] = {
            **_columns(definition, when.schedule),
            **timings.standing(row, definition, when, changed, now),
            "skip_since": None,
            "skip_reason": None,
            "version": row["version"] + 1,
            "updated_at": now,
        }
        await Job.update(values).where(Job.id == job_id)
        await _depend(job_id, definition.dependencies)
        await _keep_version(msgspec.structs.replace(definition, id=job_id), row["version"] + 1, now)
        await _tell("updated", job_id, now)


async def switch(
    job_id: str,
    act: Literal["pause", "resume"],
    now: datetime,
    reason: str | None = None,
    resume_at: datetime | None = None,
) -> None:
    """Pause a job or let it go on; what is queued already still runs. NotFound; a repeat changes only what it names.

    `resume_at` ends a pause by itself; for `resume` it is when the pause ended, from which on instants fire again.
    """
    if unstored := [*unstorable(reason, "reason")]:
        raise Invalid(*unstored)
    async with db.transaction():
        row = await _lock(job_id)
        if act == "pause":
            given = {"paused_reason": reason, "resume_at": resume_at}
            again = row["state"] == "paused"
            values: dict[Column | str, Any] = {
                "state": "paused",
                **{name: value for name, value in given.items() if value is not None or not again},
            }
        elif row["state"] == "paused":
            values = {**timings.resumed(row, await timings.of(row), now)}
            if resume_at is not None:
                values["resumed_at"] = resume_at - timedelta(microseconds=1)
        else:
            return
        await Job.update(values | {"updated_at": now}).where(Job.id == job_id)
        await _tell("paused" if act == "pause" else "resumed", job_id, now)


async def resume_due(now: datetime) -> None:
    """Resume the jobs whose pause was to end by now, but for those that somebody else holds."""
    async with db.transaction():
        for row in await db.fetch("lock_paused_jobs", now):
            try:
                await switch(row["id"], "resume", now, None, row["resume_at"])
            except Invalid as unreadable:
                await set_aside(row["id"], unreadable, now)


async def set_aside(job_id: str, unreadable: Invalid, now: datetime) -> None:
    """Pause a job whose schedule means nothing any more (a zone that is no more), so that it holds up no other."""
    async with db.transaction():
        await switch(job_id, "pause", now, f"its schedule cannot be read any more: {unreadable}")
        await Job.update({Job.next_fire_at: None, Job.resume_at: None}).where(Job.id == job_id)


async def rearm(job_id: str, now: datetime) -> datetime | None:
    """Let a job that has lost its next fire go on after the last instant on record; that fire, None at its end."""
    async with db.transaction():
        row = await _lock(job_id)
        when = await timings.of(row)
        following = when.next_fire(max(row["accounted_until"] or row["created_at"], row["updated_at"]))
        await Job.update(
            {Job.next_fire_at: following, Job.state: "active" if following else "completed", Job.updated_at: now}
        ).where(Job.id == job_id)
        await _tell("repaired", job_id, now)
    return following


async def change_calendar(
    calendar_id: str, change: Callable[[Calendar], Calendar], now: datetime, version: int | None = None
) -> None:
    """Make what `change` makes of a calendar its next version, and move the jobs whose instants it moves."""
    async with db.transaction():
        await calendars.edit(calendar_id, change, now, version)
        for moved in await db.fetch("lock_moved_jobs", calendar_id, now):
            row = await _lock(moved["id"])
            following = (await timings.of(row)).next_fire(max(now, row["accounted_until"] or now))
            state = row["state"] if following or row["state"] == "paused" else "completed"
            await Job.update({Job.next_fire_at: following, Job.state: state}).where(Job.id == moved["id"])
            await _tell("updated", moved["id"], now)


async def delete(job_id: str, now: datetime, force: bool = False) -> None:
    """Delete a job; its past stays. Conflict while others depend on it (unless `force`) or while it still runs."""
    async with db.transaction():
        await executions.speak_for_holders(job_id)
        await db.fetch("lock_executions_of", job_id)
        await _lock(job_id, "UPDATE")
        dependants = [row["id"] for row in await db.fetch("dependants_of", job_id)]
        if dependants and not force:
            raise Conflict(
                reason=f"Other jobs depend on {job_id!r}: {', '.join(dependants)}. With force=true these ties are cut."
            )
        await db.fetch("cancel_job", now, job_id)
        await Job.delete().where(Job.id == job_id)
        await _tell("deleted", job_id, now)
        db.ring("held")


async def find(job_id: str) -> dict[str, Any]:
    """A job's row with its `dependencies`; NotFound."""
    rows = await _with_dependencies(await Job.select().where(Job.id == job_id))
    if not rows:
        raise NotFound(kind="job", id=job_id)
    return rows[0]


async def page(given: Filter, number: int, size: int) -> tuple[list[dict[str, Any]], int]:
    """One page of jobs (rows with their `dependencies`) and how many match in all."""
    query = _sorted(_filtered(Job.select(), given), given.sort).limit(size).offset(number * size)
    total = await _filtered(Job.count(), given)
    return await _with_dependencies(await query), total


def definition_of(row: Mapping[str, Any]) -> Definition:
    """The definition that a row from `find` or `page` stands for."""
    return Definition(
        id=row["id"],
        name=row["name"],
        description=row["description"],
        schedule=row["schedule"],
        timezone=row["timezone"],
        dst_gap=row["dst_gap"],
        dst_overlap=row["dst_overlap"],
        command=row["command"],
        args=msgspec.json.decode(row["args"]),
        priority=PRIORITY[row["priority"]],
        dependencies=row["dependencies"],
        retry_policy=msgspec.json.decode(row["retry_policy"], type=RetryPolicy),
        enabled=row["state"] != "paused",
        tags=row["tags"],
        labels=msgspec.json.decode(row["labels"]),
        timeout_seconds=row["timeout_seconds"],
        overlap=row["overlap"],
        max_concurrency=row["max_concurrency"],
        misfire=row["misfire"],
        misfire_limit=row["misfire_limit"],
        start_at=row["start_at"],
        end_at=row["end_at"],
        max_runs=row["max_runs"],
        jitter_seconds=row["jitter_seconds"],
        calendar=row["calendar"],
        calendar_use=row["calendar_use"],
        calendar_shift=row["calendar_shift"],
        metadata=msgspec.json.decode(row["metadata"]),
    )


async def check_args(command: str, args: dict[str, Any]) -> None:
    """Refuse a command that nobody has ever offered, or arguments that its schema does not take."""
    rows = await db.fetch("find_command", command)
    if not rows:
        raise commands.unknown(command, [row["name"] for row in await db.fetch("list_commands")])
    commands.check_args(msgspec.json.decode(rows[0]["schema"]), args)


def _columns(definition: Definition, schedule: schedules.Schedule) -> dict[str, Any]:
    """The columns of `jobs` that a definition fills."""
    plain = (
        "name",
        "description",
        "schedule",
        "dst_gap",
        "dst_overlap",
        "command",
        "tags",
        "timeout_seconds",
        "overlap",
        "max_concurrency",
        "misfire",
        "misfire_limit",
        "start_at",
        "end_at",
        "max_runs",
        "jitter_seconds",
        "calendar",
        "calendar_use",
        "calendar_shift",
    )
    packed = ("args", "retry_policy", "labels", "metadata")
    return (
        {field: getattr(definition, field) for field in plain}
        | {field: msgspec.json.encode(getattr(definition, field)).decode() for field in packed}
        | {"kind": schedule.kind, "rule": schedule.rule, "timezone": schedule.timezone}
        | {"priority": RANK[definition.priority]}
    )


async def _check(definition: Definition, anchor: datetime, now: datetime) -> None:
    """Raise Invalid for everything that is wrong with a definition, all of it at once."""
    errors: list[FieldError] = []
    with _kept(errors):
        check(definition)
    with _kept(errors):
        await timings.understood(definition, definition.id, anchor, now)
    with _kept(errors):
        await check_args(definition.command, definition.args)
    if errors:
        raise Invalid(*errors)


@contextmanager
def _kept(errors: list[FieldError]) -> Generator[None]:
    """Keep what is found wrong within, and go on."""
    try:
        yield
    except Invalid as invalid:
        errors.extend(invalid.errors)


async def _lock(job_id: str, strength: Literal["NO KEY UPDATE", "UPDATE"] = "NO KEY UPDATE") -> dict[str, Any]:
    """A job's row, locked; UPDATE also keeps others from depending on it."""
    rows = await _with_dependencies(await Job.select().where(Job.id == job_id).lock_rows(strength))
    if not rows:
        raise NotFound(kind="job", id=job_id)
    return rows[0]


async def _free_id(wish: str) -> str:
    """The wished id, or the first free one like it."""
    return first_free(wish, {row["id"] for row in await db.fetch("ids_like", wish)})


async def _depend(job_id: str, dependencies: Sequence[str]) -> None:
    """Set what a job depends on. Invalid names a job that doesn't exist, or spells out the cycle it would close."""
    before = {row["depends_on"] for row in await db.fetch("dependencies_of", [job_id])}
    if before == set(dependencies):
        return
    known = {row["id"] for row in await db.fetch("lock_dependencies", list(dependencies))}
    await db.fetch("lock_advisory", GRAPH_LOCK)
    missing = [name for name in dependencies if name not in known]
    if missing:
        raise Invalid(*[FieldError("dependencies", f"there is no job {name!r}", "not_found") for name in missing])
    await db.fetch("drop_dependencies", job_id, list(dependencies))
    await db.fetch("add_dependencies", job_id, list(dependencies))
    edges = await db.fetch("reachable_edges", job_id)
    cycle = find_cycle(job_id, [(edge["job_id"], edge["depends_on"]) for edge in edges])
    if cycle:
        raise invalid("dependencies", f"close a cycle: {' → '.join(cycle)}", "cycle")


async def _keep_version(definition: Definition, version: int, now: datetime) -> None:
    text = msgspec.json.encode(definition).decode()
    await JobVersion.insert(JobVersion(job_id=definition.id, version=version, definition=text, created_at=now))


async def _tell(what: str, job_id: str, now: datetime) -> None:
    await db.fetch("tell_job", now, f"job.{what}", job_id)
    db.ring("jobs", "events")


async def _with_dependencies(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = await db.fetch("dependencies_of", [row["id"] for row in rows])
    for row in rows:
        row["dependencies"] = [edge["depends_on"] for edge in found if edge["job_id"] == row["id"]]
    return rows


def _filtered(query: Any, given: Filter) -> Any:
    """The query narrowed to what the filter lets through."""
    if given.q:
        words = db.containing(given.q)
        query = query.where(WhereRaw("(name ilike {} or id ilike {} or description ilike {})", words, words, words))
    if given.tag:
        query = query.where(Job.tags.any(given.tag))
    if given.state:
        query = query.where(Job.state.is_in(given.state.split(",")))
    if given.command:
        query = query.where(Job.command == given.command)
    if given.priority:
        query = query.where(Job.priority.is_in([RANK[name] for name in given.priority.split(",")]))
    return query


def _sorted(query: Any, sort: str) -> Any:
    """The query in the order asked for; rows without a value come last, equal ones in the order of their ids."""
    ascending, name = not sort.startswith("-"), sort.removeprefix("-")
    if name in ("next_fire_at", "last_fired_at"):
        query = query.order_by(OrderByRaw(f"{name} is null"))
    return query.order_by(OrderByRaw(SORTS[name]), ascending=ascending).order_by(Job.id, ascending=ascending)
