"""The ledger of a job's instants: what became of each, why, and running those of the past."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import Provide
from litestar.params import QueryParameter

from belfry.doors.api.bodies import Body
from belfry.doors.api.executions import ExecutionId
from belfry.doors.api.pages import Page, Paging, check_choices
from belfry.records import backfill, db, history, jobs, why
from belfry.records.backfill import Backfill
from belfry.rules.gates import Why
from belfry.rules.lifecycle import State

OUTCOMES = ("fired", "skipped")


class FireView(msgspec.Struct):
    """A record of the ledger: an instant that fired, or `count` that were skipped, from `due_at` to `last_due_at`."""

    due_at: datetime
    last_due_at: datetime
    count: int
    outcome: Literal["fired", "skipped"]
    reason: str | None
    job_version: int
    execution_id: int
    state: State
    stands_for: int | None
    recorded_at: datetime | None


@dataclass
class FiresQuery(Paging):
    """Which records are asked for."""

    outcome: str = ""

    def filter(self, job_id: str) -> history.Filter:
        """As `history` takes it; Invalid for what is none of the choices."""
        check_choices("outcome", self.outcome, OUTCOMES)
        states = {"fired": ",".join(state for state in State if state != State.SKIPPED), "skipped": "skipped"}
        return history.Filter(job=job_id, state=states.get(self.outcome, ""), trigger="schedule")


class BackfillView(msgspec.Struct):
    """How many instants a backfill covers, and the first and the last of them."""

    count: int
    first_due_at: datetime | None
    last_due_at: datetime | None
    dry_run: bool


At = Annotated[datetime | None, QueryParameter(name="at", description="without an offset it is in the job's zone")]


class LedgerController(Controller):
    """What became of every due instant, and why."""

    path = "/api"
    tags = ("Ledger",)

    @get("/jobs/{job_id:str}/fires", dependencies={"asked": Provide(FiresQuery, sync_to_thread=False)})
    async def fires(self, job_id: str, asked: FiresQuery) -> Page[FireView]:
        """Every due instant of a job and what became of it, the latest first."""
        await jobs.find(job_id)
        rows, total, bound = await history.page(asked.filter(job_id), asked.page, asked.size)
        return Page([_fire(row) for row in rows], asked.page, asked.size, total, bound)

    @get("/jobs/{job_id:str}/why")
    async def why_job(self, job_id: str, at: At = None) -> Why:
        """Why a job ran or did not at an instant of the past or will at one to come; without one, its next fire."""
        return await why.job(job_id, at, await db.now())

    @get("/executions/{execution_id:int}/why")
    async def why_execution(self, execution_id: ExecutionId) -> Why:
        """What an execution waits for, what became of it, or why it was skipped."""
        return await why.execution(execution_id, await db.now())

    @post("/jobs/{job_id:str}/backfill", dto=Body[Backfill], return_dto=None)
    async def backfill(self, job_id: str, data: Backfill) -> Response[BackfillView]:
        """Run a job for its instants from `from` to `to`, at low priority; with `dry_run` only count them."""
        instants = await backfill.backfill(job_id, data, await db.now())
        first, last = (instants[0], instants[-1]) if instants else (None, None)
        told = BackfillView(len(instants), first, last, data.dry_run)
        return Response(told, status_code=200 if data.dry_run else 201)


def _fire(row: Mapping[str, Any]) -> FireView:
    return FireView(
        due_at=row["due_at"],
        last_due_at=row["last_due_at"] or row["due_at"],
        count=row["skipped_count"] or 1,
        outcome="skipped" if row["state"] == State.SKIPPED else "fired",
        reason=row["reason"],
        job_version=row["job_version"],
        execution_id=row["id"],
        state=State(row["state"]),
        stands_for=row["stands_for"],
        recorded_at=row["queued_at"] or row["finished_at"],
    )
