"""Executions: their history, their logs, cancelling and running again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Controller, get, post
from litestar.di import Provide
from litestar.params import Parameter, QueryParameter

from belfry.doors.api.pages import Page, Paging, Size, check_choices
from belfry.ground.errors import Conflict
from belfry.records import db, executions, fires, history
from belfry.rules.definition import PRIORITY
from belfry.rules.lifecycle import FINAL, State, Trigger
from belfry.rules.wire import Level

ExecutionId = Annotated[int, Parameter(ge=1, le=2**63 - 1)]
LEVELS = ("INFO", "WARN", "ERROR")


class AttemptView(msgspec.Struct):
    """One try of an execution on one worker. `outcome` is succeeded, failed, cancelled, lost, or null while it runs."""

    attempt: int
    worker_id: str | None
    started_at: datetime | None
    finished_at: datetime | None
    outcome: str | None
    error: str | None


class ExecutionView(msgspec.Struct):
    """One firing of a job. Durations in seconds.

    `lateness_seconds`: from its instant, put off by `jitter_seconds`, to the start of the first attempt. `stands_for`:
    for how many missed instants it makes up, itself among them. A skip of several covers `due_at` to `last_due_at`.
    """

    id: int
    job_id: str
    job_version: int
    state: State
    trigger: Trigger
    due_at: datetime
    last_due_at: datetime | None
    skipped_count: int | None
    stands_for: int | None
    jitter_seconds: float | None
    queued_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    duration_seconds: float | None
    lateness_seconds: float | None
    attempt: int
    max_attempts: int
    worker_id: str | None
    priority: str
    command: str
    args: msgspec.Raw
    reason: str | None
    progress: msgspec.Raw | None
    result: msgspec.Raw | None
    error: str | None
    cancel_requested: bool
    attempts: list[AttemptView]


class LineView(msgspec.Struct):
    """A line of a log."""

    id: int
    at: datetime
    job_id: str
    execution_id: int
    attempt: int
    worker_id: str | None
    level: Level
    message: str


@dataclass
class ExecutionsQuery(Paging):
    """Which executions are asked for; states and triggers may be several, parted by commas."""

    job: str = ""
    in_state: Annotated[str, QueryParameter(name="state")] = ""
    trigger: str = ""
    worker: str = ""
    sort: str = "-due_at"

    def filter(self) -> history.Filter:
        """As `history` takes it; Invalid for what is none of the choices."""
        check_choices("state", self.in_state, State)
        check_choices("trigger", self.trigger, Trigger)
        check_choices("sort", self.sort.removeprefix("-"), history.SORTS)
        return history.Filter(self.job, self.in_state, self.trigger, self.worker, self.sort)


@dataclass
class LinesQuery(Paging):
    """Which lines of a log are asked for: of a level (or several), with a text, with an id above `after`."""

    size: Size = 100
    level: str = ""
    q: str = ""
    after: Annotated[int | None, Parameter(ge=0, le=2**63 - 1)] = None


class ExecutionsController(Controller):
    """What has run, runs and will run."""

    path = "/api/executions"
    tags = ("Executions",)

    @get(dependencies={"asked": Provide(ExecutionsQuery, sync_to_thread=False)})
    async def listing(self, asked: ExecutionsQuery) -> Page[ExecutionView]:
        """A page of executions, the latest first unless sorted otherwise."""
        return await listed(asked.filter(), asked)

    @get("/{execution_id:int}")
    async def read(self, execution_id: ExecutionId) -> ExecutionView:
        """One execution."""
        return view(await history.find(execution_id))

    @get("/{execution_id:int}/logs", dependencies={"asked": Provide(LinesQuery, sync_to_thread=False)})
    async def logs(self, execution_id: ExecutionId, asked: LinesQuery) -> Page[LineView]:
        """The log of an execution, the oldest line first; `after` takes only lines of a higher id."""
        await history.find(execution_id)
        return await lines(asked, execution=execution_id)

    @post("/{execution_id:int}/cancel", status_code=200)
    async def cancel(self, execution_id: ExecutionId) -> ExecutionView:
        """Cancel: at once while no worker holds it, else as soon as the worker has let go of it."""
        if await executions.cancel(execution_id, "cancelled on request", await db.now()) is None:
            past = await history.find(execution_id)
            raise Conflict(reason=f"Execution {execution_id} has ended already: it is {past['state']}.")
        return view(await history.find(execution_id))

    @post("/{execution_id:int}/retry")
    async def retry(self, execution_id: ExecutionId) -> ExecutionView:
        """Run it again, as a new execution with the same arguments."""
        return view(await history.find(await fires.run_again(execution_id, await db.now())))


async def listed(given: history.Filter, asked: Paging) -> Page[ExecutionView]:
    """A page of executions."""
    rows, total, bound = await history.page(given, asked.page, asked.size)
    return Page([view(row) for row in rows], asked.page, asked.size, total, bound)


async def lines(asked: LinesQuery, execution: int | None = None, job: str = "") -> Page[LineView]:
    """A page of the log of one execution, of one job, or of all."""
    check_choices("level", asked.level, LEVELS)
    given = history.LogFilter(execution, job, asked.level, asked.q, asked.after)
    rows, total, bound = await history.log(given, asked.page, asked.size)
    return Page([LineView(**row) for row in rows], asked.page, asked.size, total, bound)


def view(row: Mapping[str, Any]) -> ExecutionView:
    """A row of `history` as it is shown."""
    earlier = msgspec.json.decode(row["attempts"] or "[]", type=list[AttemptView])
    attempts = earlier + _latest(row, earlier)
    ended = row["state"] not in ("waiting", "queued", "assigned", "running")
    return ExecutionView(
        **{name: row[name] for name in _PLAIN},
        state=State(row["state"]),
        trigger=Trigger(row["trigger"]),
        duration_seconds=_seconds(row["started_at"], row["finished_at"] if ended else None),
        lateness_seconds=_lateness(row, attempts),
        priority=PRIORITY[row["priority"]],
        args=msgspec.Raw(row["args"].encode()),
        progress=_raw(row["progress"]),
        result=_raw(row["result"]),
        attempts=attempts,
    )


_PLAIN = (
    *(
        "id",
        "job_id",
        "job_version",
        "due_at",
        "last_due_at",
        "skipped_count",
        "stands_for",
        "jitter_seconds",
        "queued_at",
        "started_at",
        "finished_at",
    ),
    *("attempt", "max_attempts", "worker_id", "command", "reason", "error", "cancel_requested"),
)


def _latest(row: Mapping[str, Any], earlier: list[AttemptView]) -> list[AttemptView]:
    """The attempt that the row itself tells of: the one that runs, or the one that ended the execution."""
    if not row["worker_id"] or (earlier and earlier[-1].attempt == row["attempt"]):
        return []
    outcome = row["state"] if row["state"] in FINAL else None
    if outcome and row["reason"] == "lost":
        outcome = "lost"
    return [AttemptView(row["attempt"], row["worker_id"], row["started_at"], row["finished_at"], outcome, row["error"])]


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else (end - start).total_seconds()


def _lateness(row: Mapping[str, Any], attempts: list[AttemptView]) -> float | None:
    """How long after its instant, put off by its jitter, the first attempt began."""
    late = _seconds(row["due_at"], attempts[0].started_at if attempts else None)
    return None if late is None else round(late - (row["jitter_seconds"] or 0), 6)


def _raw(text: str | None) -> msgspec.Raw | None:
    return None if text is None else msgspec.Raw(text.encode())
