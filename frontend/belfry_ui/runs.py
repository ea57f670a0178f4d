"""Executions as lines of a table."""

import dataclasses
from typing import Any

import reflex as rx

from belfry_ui.pieces import controls, drawn


@dataclasses.dataclass
class RunRow:
    """One execution in a list."""

    id: str = ""
    job_id: str = ""
    state: str = ""
    reason: str = ""
    due_at: str = ""
    lateness_seconds: float | None = None
    started_at: str | None = None
    seconds: float | None = None
    runs: bool = False
    attempt: str = ""
    worker: str = ""
    trigger: str = ""

    @classmethod
    def of(cls, execution: dict[str, Any]) -> "RunRow":
        attempt = execution["attempt"]
        return cls(
            id=str(execution["id"]),
            job_id=execution["job_id"],
            state=execution["state"],
            reason=execution["reason"] or "",
            due_at=execution["due_at"],
            lateness_seconds=execution["lateness_seconds"],
            started_at=execution["started_at"],
            seconds=execution["duration_seconds"],
            runs=execution["state"] == "running",
            attempt=f"{attempt} of {execution['max_attempts']}" if attempt else "",
            worker=execution["worker_id"] or "",
            trigger=execution["trigger"],
        )


def table(rows: rx.Var[list[RunRow]], with_job: bool = True) -> rx.Component:
    """A table of executions; each row leads to its own screen."""
    heads = ["State", *(["Job"] if with_job else []), "Due", "Late by", "Ran", "Attempt", "Worker", "Trigger"]
    return rx.el.table(
        rx.el.thead(rx.el.tr(*(rx.el.th(head, class_name=f"c-{head.split()[0].lower()}") for head in heads))),
        rx.el.tbody(rx.foreach(rows, lambda row: _row(row, with_job))),
        class_name="rows runs" if with_job else "rows runs of-one-job",
    )


def _row(run: rx.Var[RunRow], with_job: bool) -> rx.Component:
    words = rx.el.span(
        drawn.state(state=run.state), rx.cond(run.reason, rx.el.small(run.reason)), class_name="state-line"
    )
    to = {"href": f"/executions/{run.id}", "class_name": "row-link", "custom_attrs": {"data-row": "true"}}
    state = words if with_job else rx.link(words, **to)
    job = [rx.el.td(rx.link(run.job_id, **to), class_name="c-job ellipsis")] if with_job else []
    return rx.el.tr(
        rx.el.td(state, class_name="c-state"),
        *job,
        rx.el.td(drawn.time(at=run.due_at), class_name="c-due"),
        rx.el.td(drawn.took(seconds=run.lateness_seconds), class_name="c-late"),
        rx.el.td(drawn.took(seconds=run.seconds, since=run.started_at, running=run.runs), class_name="c-ran"),
        rx.el.td(run.attempt, class_name="c-attempt"),
        rx.el.td(
            rx.cond(
                run.worker,
                rx.link(run.worker, href=controls.address("/executions", worker=run.worker), class_name="quiet above"),
            ),
            class_name="c-worker",
        ),
        rx.el.td(run.trigger, class_name="c-trigger quiet"),
        key=run.id,
    )
