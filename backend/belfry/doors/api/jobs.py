"""Jobs: what runs, when, under which policy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Controller, Response, delete, get, patch, post, put
from litestar.di import Provide
from litestar.params import HeaderParameter, Parameter, QueryParameter

from belfry.doors.api.bodies import Body, convert, merge
from belfry.doors.api.executions import ExecutionView, LinesQuery, LineView, lines, listed, view
from belfry.doors.api.pages import Page, Paging, check_choices
from belfry.doors.api.versions import IfMatch, etag, version_in
from belfry.ground.errors import invalid
from belfry.records import db, fires, history, jobs, timings
from belfry.rules.definition import RANK, Definition
from belfry.rules.lifecycle import State, Trigger

JOB_STATES = ("active", "paused", "completed")

Key = Annotated[str | None, HeaderParameter(name="Idempotency-Key", max_length=200)]


class RunBar(msgspec.Struct):
    """A past execution in a job's strip."""

    id: int
    state: State
    due_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    duration_seconds: float | None


class JobView(Definition, kw_only=True):
    """A job as it is: its definition and where it stands. `recent` holds its last executions, the oldest first."""

    version: int
    state: Literal["active", "paused", "completed"]
    kind: str
    rule: str
    description_of_schedule: str
    next_fire_at: datetime | None
    last_fired_at: datetime | None
    runs: int
    paused_reason: str | None
    resume_at: datetime | None
    created_at: datetime
    updated_at: datetime
    last_execution: RunBar | None
    recent: list[RunBar]


class Status(msgspec.Struct, forbid_unknown_fields=True):
    """Pause or resume. `resume_at` ends a pause by itself."""

    status: Literal["active", "paused"]
    reason: str | None = None
    resume_at: datetime | None = None


@dataclass
class JobsQuery(Paging):
    """Which jobs are asked for; states and priorities may be several, parted by commas."""

    q: Annotated[str, Parameter(description="is looked for in id, name and description")] = ""
    in_state: Annotated[str, QueryParameter(name="state")] = ""
    tag: str = ""
    command: str = ""
    priority: str = ""
    sort: Annotated[str, Parameter(description="a column, with '-' downwards")] = "name"

    def filter(self) -> jobs.Filter:
        """As `jobs` takes it; Invalid for what is none of the choices."""
        check_choices("state", self.in_state, JOB_STATES)
        check_choices("priority", self.priority, RANK)
        check_choices("sort", self.sort.removeprefix("-"), jobs.SORTS)
        return jobs.Filter(self.q, self.in_state, self.tag, self.command, self.priority, self.sort)


@dataclass
class JobExecutionsQuery(Paging):
    """Which executions of a job are asked for."""

    in_state: Annotated[str, QueryParameter(name="state")] = ""
    trigger: str = ""

    def filter(self, job_id: str) -> history.Filter:
        """As `history` takes it; Invalid for what is none of the choices."""
        check_choices("state", self.in_state, State)
        check_choices("trigger", self.trigger, Trigger)
        return history.Filter(job=job_id, state=self.in_state, trigger=self.trigger)


class JobsController(Controller):
    """Making, reading, editing, running and deleting jobs."""

    path = "/api/jobs"
    tags = ("Jobs",)

    @get(dependencies={"asked": Provide(JobsQuery, sync_to_thread=False)})
    async def listing(self, asked: JobsQuery) -> Page[JobView]:
        """A page of jobs."""
        rows, total = await jobs.page(asked.filter(), asked.page, asked.size)
        return Page(await _views(rows), asked.page, asked.size, total)

    @post(dto=Body[Definition], return_dto=None)
    async def create(self, data: Definition) -> Response[JobView]:
        """Make a job."""
        job_id = await jobs.create(data, await db.now())
        return Response(await _read(job_id), status_code=201, headers={"Location": f"/api/jobs/{job_id}"})

    @get("/{job_id:str}")
    async def read(self, job_id: str) -> Response[JobView]:
        """One job; the ETag is its version."""
        return _tagged(await _read(job_id))

    @put("/{job_id:str}", dto=Body[Definition], return_dto=None)
    async def replace(self, job_id: str, data: Definition, if_match: IfMatch = None) -> Response[JobView]:
        """Replace a job's whole definition."""
        await jobs.edit(job_id, lambda _: data, await db.now(), version_in(if_match))
        return _tagged(await _read(job_id))

    @patch("/{job_id:str}")
    async def change(self, job_id: str, data: dict[str, Any], if_match: IfMatch = None) -> Response[JobView]:
        """Change some fields, as a JSON merge patch: null takes a field back to its default."""

        def patched(definition: Definition) -> Definition:
            return convert(merge(msgspec.to_builtins(definition), data), Definition)

        await jobs.edit(job_id, patched, await db.now(), version_in(if_match))
        return _tagged(await _read(job_id))

    @delete("/{job_id:str}")
    async def remove(self, job_id: str, force: bool = False) -> None:
        """Delete a job; its past executions stay. With `force` also while others depend on it."""
        await jobs.delete(job_id, await db.now(), force)

    @put("/{job_id:str}/status", dto=Body[Status], return_dto=None)
    async def switch(self, job_id: str, data: Status) -> JobView:
        """Pause a job or let it go on."""
        now = await db.now()
        if data.resume_at is not None and data.status == "active":
            raise invalid("resume_at", "goes with status paused only", "conflict")
        if data.resume_at is not None and (
            data.resume_at.tzinfo is None or data.resume_at.year > 9000 or data.resume_at <= now
        ):
            raise invalid("resume_at", "must carry an offset and lie in the future, before the year 9000", "range")
        act = "pause" if data.status == "paused" else "resume"
        await jobs.switch(job_id, act, now, data.reason, data.resume_at)
        return await _read(job_id)

    @post("/{job_id:str}/run", dto=Body[fires.Run], return_dto=None)
    async def run(self, job_id: str, data: fires.Run | None = None, key: Key = None) -> Response[ExecutionView]:
        """Run a job now. The same Idempotency-Key again answers with the execution of the first time, as 200."""
        execution_id, is_new = await fires.run_now(job_id, data or fires.Run(), key, await db.now())
        return Response(view(await history.find(execution_id)), status_code=201 if is_new else 200)

    @get("/{job_id:str}/executions", dependencies={"asked": Provide(JobExecutionsQuery, sync_to_thread=False)})
    async def executions(self, job_id: str, asked: JobExecutionsQuery) -> Page[ExecutionView]:
        """A job's executions, the latest first."""
        await jobs.find(job_id)
        return await listed(asked.filter(job_id), asked)

    @get("/{job_id:str}/logs", dependencies={"asked": Provide(LinesQuery, sync_to_thread=False)})
    async def logs(self, job_id: str, asked: LinesQuery) -> Page[LineView]:
        """What a job's executions logged: the newest first, or from `after` on the oldest first."""
        await jobs.find(job_id)
        return await lines(asked, job=job_id)


async def _read(job_id: str) -> JobView:
    return (await _views([await jobs.find(job_id)]))[0]


async def _views(rows: Sequence[Mapping[str, Any]]) -> list[JobView]:
    recent = await history.recent([row["id"] for row in rows])
    return [_view(row, [_bar(bar) for bar in recent[row["id"]]]) for row in rows]


def _view(row: Mapping[str, Any], recent: list[RunBar]) -> JobView:
    definition, schedule = jobs.definition_of(row), timings.schedule_of(row)
    standing = (
        "version",
        "state",
        "kind",
        "runs",
        "last_fired_at",
        "paused_reason",
        "resume_at",
        "created_at",
        "updated_at",
    )
    return JobView(
        **{name: getattr(definition, name) for name in definition.__struct_fields__},
        **{name: row[name] for name in standing},
        next_fire_at=row["next_fire_at"] if row["state"] == "active" else None,
        rule=schedule.rule,
        description_of_schedule=schedule.description,
        last_execution=recent[-1] if recent else None,
        recent=recent,
    )


def _bar(row: Mapping[str, Any]) -> RunBar:
    start, end = row["started_at"], row["finished_at"]
    seconds = (end - start).total_seconds() if start and end else None
    return RunBar(row["id"], State(row["state"]), row["due_at"], start, end, seconds)


def _tagged(job: JobView) -> Response[JobView]:
    return Response(job, headers={"ETag": etag(job.version)})
