"""One execution: its course, its attempts, its log, and what came of it."""

import dataclasses
import json
from collections.abc import Iterable
from typing import Any

import reflex as rx

from belfry_ui import client
from belfry_ui.pieces import controls, drawn
from belfry_ui.screen import LOOK_ROUND_SECONDS, Screen
from belfry_ui.shell import frame

LIVE = ("waiting", "queued", "assigned", "running")
LINES_AT_ONCE = 200
LINES_SHOWN = 1000
TAIL_SECONDS = 0.4
LEVELS = [("WARN", "Warnings and errors"), ("ERROR", "Errors")]


@dataclasses.dataclass
class Attempt:
    """One try on one worker."""

    attempt: int = 0
    worker_id: str | None = None
    started_at: str | None = None
    finished_at: str | None = None
    outcome: str | None = None
    error: str | None = None


@dataclasses.dataclass
class Gate:
    """What it passes or stops at before it starts."""

    name: str = ""
    open: bool = False
    text: str = ""


class Execution(Screen, rx.State):
    """One execution, followed to its end."""

    id: str = ""
    job_id: str = ""
    state: str = ""
    reason: str = ""
    trigger: str = ""
    due_at: str = ""
    queued_at: str | None = None
    started_at: str | None = None
    finished_at: str | None = None
    duration_seconds: float | None = None
    lateness_seconds: float | None = None
    attempt: str = ""
    worker: str = ""
    version: int = 0
    result: str = ""
    error_head: str = ""
    error: str = ""
    is_live: bool = False
    attempts: list[Attempt] = []
    why: str = ""
    gates: list[Gate] = []
    expected_at: str | None = None
    lines: list[dict[str, Any]] = []
    level: str = ""
    _last_line: int = 0
    _has_more: bool = False

    def _key(self) -> str:
        return f"{self.router.url.path}?{self._query('level')}"

    def _begin(self) -> None:
        if self._shown_key != self._key():
            self.lines, self._last_line = [], 0
        super()._begin()

    def _asks(self) -> Iterable[str]:
        this = client.at("executions", self._named())
        level = f"&level={self._query('level')}" if self._query("level") else ""
        return this, f"{this}/why", f"{this}/logs?after={self._last_line}&size={LINES_AT_ONCE}{level}"

    def _concerns(self, event: dict[str, Any]) -> bool:
        return str(event.get("execution_id")) == self.id

    def _pulse(self) -> float:
        return TAIL_SECONDS if self.loaded and (self.is_live or self._has_more) else LOOK_ROUND_SECONDS

    def _take(self, execution: Any, why: Any, log: Any) -> None:
        self._describe(execution)
        gates = [Gate(gate["name"], gate["open"], gate["text"]) for gate in why["gates"]]
        self.why = why["text"] if any(not gate.open for gate in gates) else ""
        self.gates = gates if len(gates) > 1 else []
        self.expected_at = why["expected_start_at"]
        new = [line for line in log["items"] if line["id"] > self._last_line]
        self._has_more = len(log["items"]) == LINES_AT_ONCE
        self.level = self._query("level")
        if new:
            self._last_line = new[-1]["id"]
            self.lines = [*self.lines, *new][-LINES_SHOWN:]

    def _describe(self, execution: dict[str, Any]) -> None:
        for name in ("job_id", "state", "trigger", "due_at", "queued_at", "started_at", "finished_at"):
            setattr(self, name, execution[name])
        self.duration_seconds = execution["duration_seconds"]
        self.lateness_seconds = execution["lateness_seconds"]
        self.id, self.version = str(execution["id"]), execution["job_version"]
        self.reason, self.worker = execution["reason"] or "", execution["worker_id"] or ""
        self.attempt = f"{execution['attempt']} of {execution['max_attempts']}"
        self.is_live = self.state in LIVE
        self.attempts = [Attempt(**attempt) for attempt in execution["attempts"]]
        self.result = (
            "" if execution["result"] is None else json.dumps(execution["result"], indent=2, ensure_ascii=False)
        )
        self.error = execution["error"] or ""
        self.error_head = self.error.strip().rpartition("\n")[2]

    @rx.event
    async def cancel(self) -> Any:
        """Cancel this execution."""
        return await self._do("cancel")

    @rx.event
    async def retry(self) -> Any:
        """Run it again as a new execution, and go there."""
        return await self._do("retry")

    @rx.event
    def filter_level(self, level: str) -> Any:
        """Show the lines of this level and graver ones."""
        return rx.redirect(self._link(level=level), replace=True)

    async def _do(self, verb: str) -> Any:
        try:
            execution = await client.send("POST", client.at("executions", self.id, verb))
        except client.Refused as refused:
            return rx.toast.error(refused.detail)
        if str(execution["id"]) != self.id:
            return rx.redirect(f"/executions/{execution['id']}")
        self._describe(execution)
        return None


def execution() -> rx.Component:
    """The screen."""
    return frame("Executions", controls.shown(Execution, _shown(), controls.bones(5)))


def _shown() -> rx.Component:
    return rx.fragment(
        controls.heading(
            f"Execution {Execution.id}",
            rx.cond(
                Execution.is_live,
                rx.button(
                    rx.icon("circle-x", size=15),
                    "Cancel",
                    on_click=Execution.cancel,
                    color_scheme="red",
                    variant="soft",
                ),
                rx.button(rx.icon("rotate-cw", size=15), "Retry", on_click=Execution.retry, variant="soft"),
            ),
            under=rx.el.div(
                drawn.state(state=Execution.state),
                rx.cond(Execution.reason, rx.el.span(Execution.reason)),
                rx.link(Execution.job_id, href=f"/jobs/{Execution.job_id}"),
                rx.el.span("due ", drawn.time(at=Execution.due_at)),
                class_name="heading-sub",
            ),
        ),
        controls.panel("Course", _axis()),
        rx.cond(Execution.why, _why()),
        rx.el.div(
            rx.el.div(_log(), rx.cond(Execution.error, _error())),
            rx.el.div(_facts(), rx.cond(Execution.attempts, _attempts()), rx.cond(Execution.result, _result())),
            class_name="columns wide-left",
        ),
    )


def _why() -> rx.Component:
    """Why it has not started, or did not."""
    return controls.panel(
        "Why",
        rx.el.p(
            rx.el.strong(Execution.why),
            rx.cond(Execution.expected_at, rx.el.span(" – starts ", drawn.time(at=Execution.expected_at))),
        ),
        rx.el.ul(
            rx.foreach(
                Execution.gates,
                lambda gate: rx.el.li(
                    rx.cond(gate.open, rx.icon("check", size=14), rx.icon("x", size=14)),
                    rx.el.span(gate.name, class_name="quiet"),
                    rx.el.span(gate.text),
                    class_name=rx.cond(gate.open, "gate open", "gate"),
                ),
            ),
            class_name="gates",
        ),
    )


def _axis() -> rx.Component:
    return drawn.axis(
        due=Execution.due_at,
        queued=Execution.queued_at,
        finished=Execution.finished_at,
        attempts=Execution.attempts,
        state=Execution.state,
    )


def _log() -> rx.Component:
    return controls.panel(
        "Log",
        rx.cond(
            Execution.lines,
            drawn.log(lines=Execution.lines),
            controls.empty(
                rx.cond(Execution.is_live, "Nothing has been logged yet.", "Nothing was logged."), icon="scroll-text"
            ),
        ),
        aside=controls.choice("All levels", LEVELS, Execution.level, Execution.filter_level),
    )


def _error() -> rx.Component:
    return controls.panel(
        "Error",
        rx.el.details(
            rx.el.summary(rx.el.span(Execution.error_head, class_name="error-line")),
            rx.el.pre(Execution.error, class_name="json"),
        ),
    )


def _result() -> rx.Component:
    return controls.panel("Result", rx.el.pre(Execution.result, class_name="json", tab_index=0))


def _facts() -> rx.Component:
    return controls.panel(
        "Facts",
        rx.el.dl(
            controls.fact("Trigger", Execution.trigger),
            controls.fact("Due", drawn.instant(at=Execution.due_at)),
            controls.fact("Started late by", drawn.took(seconds=Execution.lateness_seconds)),
            controls.fact(
                "Ran",
                drawn.took(
                    seconds=Execution.duration_seconds, since=Execution.started_at, running=Execution.state == "running"
                ),
            ),
            controls.fact("Attempt", Execution.attempt),
            controls.fact("Worker", rx.cond(Execution.worker, Execution.worker, "–")),
            controls.fact("Job version", Execution.version.to_string()),
            class_name="facts narrow",
        ),
    )


def _attempts() -> rx.Component:
    return controls.panel("Attempts", rx.el.ul(rx.foreach(Execution.attempts, _attempt), class_name="lines"))


def _attempt(attempt: rx.Var[Attempt]) -> rx.Component:
    return rx.el.li(
        rx.el.span(attempt.attempt, class_name="quiet"),
        rx.el.div(
            drawn.state(state=rx.cond(attempt.outcome, attempt.outcome, "running")),
            rx.cond(attempt.error, rx.el.small(attempt.error, class_name="ellipsis", title=attempt.error)),
            class_name="stack",
        ),
        rx.el.span(attempt.worker_id, class_name="quiet"),
        key=attempt.attempt,
    )
