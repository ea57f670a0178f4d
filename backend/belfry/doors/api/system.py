"""The whole: its state, its workers, its commands, what comes next, its logs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Controller, Response, get, post, put
from litestar.di import Provide
from litestar.params import Parameter

from belfry.doors.api.bodies import Body
from belfry.doors.api.executions import LinesQuery, LineView, lines
from belfry.doors.api.pages import Page, Paging, paged
from belfry.ground.errors import Invalid
from belfry.loops.server import Server
from belfry.records import db, previews, selfcheck, servers, simulations, status, workers
from belfry.records.selfcheck import Found
from belfry.records.status import FORESEEN, Fire
from belfry.rules import schedules
from belfry.rules.calendars import Shift, Use
from belfry.rules.definition import Definition, check
from belfry.rules.simulation import Simulation


class WorkerView(msgspec.Struct):
    """A worker; `running` counts the slots that its executions take."""

    id: str
    host: str
    state: Literal["online", "draining", "offline"]
    capacity: int
    running: int
    labels: dict[str, str]
    commands: list[str]
    last_heartbeat_at: datetime | None
    version: str


class Capacity(msgspec.Struct, forbid_unknown_fields=True):
    """How many slots of a worker may be used."""

    capacity: Annotated[int, msgspec.Meta(ge=1, le=10_000)]


class CommandView(msgspec.Struct):
    """A command, the JSON Schema of its arguments, and the connected workers that offer it."""

    name: str
    description: str
    schema: msgspec.Raw
    workers: list[str]


class PoolView(msgspec.Struct):
    """The connected workers together."""

    online: int
    capacity: int
    running: int


class ServerView(msgspec.Struct):
    """A live server. `tick_lag_seconds`: how late its scheduler last woke for what was due."""

    id: int
    host: str
    pid: int
    version: str
    started_at: datetime
    last_seen_at: datetime
    last_tick_at: datetime | None
    tick_lag_seconds: float | None


class StatusView(msgspec.Struct):
    """The state of the whole. Past executions and lateness are those of the last 24 hours."""

    health: Literal["ok", "degraded"]
    problems: list[str]
    workers: PoolView
    jobs: dict[str, int]
    executions: dict[str, int]
    lateness_seconds: dict[str, float | None]
    servers: list[ServerView]
    self_check: Found | None


class Preview(msgspec.Struct, forbid_unknown_fields=True, rename={"start": "from"}):
    """A schedule to try. `from` stands in for now; without an offset it is in the zone. `job_id`: the job it is for."""

    schedule: str
    timezone: str = "UTC"
    job_id: str | None = None
    dst_gap: Literal["run", "skip"] = "run"
    dst_overlap: Literal["first", "second", "both"] = "first"
    start_at: datetime | None = None
    end_at: datetime | None = None
    calendar: str | None = None
    calendar_use: Use = "never"
    calendar_shift: Shift = "skip"
    start: datetime | None = None
    count: Annotated[int, msgspec.Meta(ge=1, le=100)] = 10


class PreviewView(msgspec.Struct):
    """What a schedule means; `marks` runs parallel to `next` and says what a clock change does to a fire."""

    kind: str
    rule: str
    timezone: str
    description: str
    warnings: list[str]
    next: list[datetime]
    marks: list[str | None]


@dataclass
class UpcomingQuery(Paging):
    """How far to look ahead."""

    hours: Annotated[float, Parameter(gt=0, le=24 * 31)] = 24


@dataclass
class LogsQuery(LinesQuery):
    """Which lines of all logs are asked for."""

    job: str = ""


class SystemController(Controller):
    """The state of the whole."""

    path = "/api"
    tags = ("System",)

    @get("/system/status")
    async def status(self) -> StatusView:
        """Health, pool, counts, lateness, servers."""
        now = await db.now()
        pool = [row for row in await workers.listing() if row["state"] != "offline"]
        problems = await status.problems(now)
        if not pool:
            problems.append("No worker is online: nothing can run.")
        return StatusView(
            health="degraded" if problems else "ok",
            problems=problems,
            workers=PoolView(len(pool), sum(row["capacity"] for row in pool), sum(row["running"] for row in pool)),
            jobs=await status.count_jobs(),
            executions=await status.executions(now),
            lateness_seconds=await status.lateness(now),
            servers=[ServerView(**row) for row in await servers.listing()],
            self_check=await selfcheck.latest(),
        )

    @get("/system/upcoming", dependencies={"asked": Provide(UpcomingQuery, sync_to_thread=False)})
    async def upcoming(self, asked: UpcomingQuery) -> Page[Fire]:
        """The fires predicted for the next hours, the soonest first; at most 1,000 are foreseen."""
        fires = await status.upcoming(await db.now(), asked.hours)
        found = paged(fires, asked)
        found.total_is_lower_bound = len(fires) == FORESEEN
        return found

    @post("/system/simulate", status_code=200, dto=Body[simulations.Asked], return_dto=None)
    async def simulate(self, data: simulations.Asked | None = None) -> Simulation:
        """Play the coming days through, on the pool as it is: fires, skips, waits and the load of each hour."""
        return await simulations.simulate(data or simulations.Asked(), await db.now())

    @get("/commands", dependencies={"asked": Provide(Paging, sync_to_thread=False)})
    async def commands(self, asked: Paging) -> Page[CommandView]:
        """Every command, with the JSON Schema of its arguments and the workers that offer it."""
        rows = await workers.commands()
        views = [
            CommandView(row["name"], row["description"], msgspec.Raw(row["schema"].encode()), row["workers"])
            for row in rows
        ]
        return paged(views, asked)

    @get("/logs", dependencies={"asked": Provide(LogsQuery, sync_to_thread=False)})
    async def logs(self, asked: LogsQuery) -> Page[LineView]:
        """The log over all jobs: the newest line first, or from `after` on the oldest first."""
        return await lines(asked, job=asked.job)

    @post("/schedules/preview", status_code=200, dto=Body[Preview], return_dto=None)
    async def preview(self, data: Preview) -> PreviewView:
        """What a schedule means and when it would fire; touches nothing."""
        start = schedules.instant_in(data.start, data.timezone, "from") if data.start else await db.now()
        given = {name: getattr(data, name) for name in data.__struct_fields__ if name in Definition.__struct_fields__}
        asked = Definition(id=data.job_id, name="preview", command="preview", **given)
        _check_preview(asked)
        found = await previews.preview(asked, start, data.count)
        schedule = found.schedule
        return PreviewView(
            schedule.kind,
            schedule.rule,
            schedule.timezone,
            schedule.description,
            found.warnings,
            found.fires,
            found.marks,
        )


def _check_preview(asked: Definition) -> None:
    """As a job is checked; what is wrong with the id is wrong with `job_id`."""
    try:
        check(asked)
    except Invalid as wrong:
        names = {"id": "job_id"}
        found = [msgspec.structs.replace(error, field=names.get(error.field, error.field)) for error in wrong.errors]
        raise Invalid(*found) from wrong


class WorkersController(Controller):
    """The pool."""

    path = "/api/workers"
    tags = ("Workers",)

    @get(dependencies={"asked": Provide(Paging, sync_to_thread=False)})
    async def listing(self, asked: Paging) -> Page[WorkerView]:
        """All workers by name, the offline ones too."""
        return paged([_worker(row) for row in await workers.listing()], asked)

    @put("/{worker_id:str}", dto=Body[Capacity], return_dto=None)
    async def resize(self, worker_id: str, data: Capacity) -> WorkerView:
        """Set how many slots of a worker may be used, whatever it says itself."""
        await workers.resize(worker_id, data.capacity)
        return await _find(worker_id)

    @post("/{worker_id:str}/drain", status_code=200)
    async def drain(self, worker_id: str) -> WorkerView:
        """Give a worker nothing new; it finishes what it has."""
        await workers.steer(worker_id, "drain", await db.now())
        return await _find(worker_id)

    @post("/{worker_id:str}/resume", status_code=200)
    async def resume(self, worker_id: str) -> WorkerView:
        """Let a drained worker work again."""
        await workers.steer(worker_id, "resume", await db.now())
        return await _find(worker_id)


async def _find(worker_id: str) -> WorkerView:
    return next(_worker(row) for row in await workers.listing() if row["id"] == worker_id)


def _worker(row: Mapping[str, Any]) -> WorkerView:
    fields = {name: row[name] for name in WorkerView.__struct_fields__ if name != "labels"}
    return WorkerView(**fields, labels=msgspec.json.decode(row["labels"]))


class Live(msgspec.Struct):
    """A process that answers."""

    status: Literal["live"] = "live"


class Ready(msgspec.Struct):
    """Whether jobs can fire here, and if not, why."""

    status: Literal["ready", "not ready"]
    reasons: list[str]


class HealthController(Controller):
    """For whoever watches this process."""

    path = "/health"
    tags = ("Health",)

    @get("/live")
    async def live(self) -> Live:
        """200 as long as the process answers at all."""
        return Live()

    @get("/ready")
    async def ready(self, server: Server) -> Response[Ready]:
        """200 when jobs can fire, else 503 with the reasons."""
        reasons = server.problems()
        told = Ready("not ready" if reasons else "ready", reasons)
        return Response(told, status_code=503 if reasons else 200)
