"""The second tab: what ran, runs and waits, newest first."""

from typing import Any

import reflex as rx

from belfry_ui import runs
from belfry_ui.pieces import controls, drawn
from belfry_ui.pieces.paging import Paged
from belfry_ui.runs import RunRow
from belfry_ui.screen import Screen
from belfry_ui.shell import frame

STATES = ["running", "queued", "waiting", "succeeded", "failed", "skipped", "cancelled"]
TRIGGERS = [(name, name.capitalize()) for name in ("schedule", "manual", "dependency", "backfill", "api")]


class Executions(Paged, Screen, rx.State):
    """The list of executions, as the page's address filters it."""

    rows: list[RunRow] = []
    states: list[str] = []
    trigger: str = ""
    job: str = ""
    worker: str = ""
    workers: list[list[str]] = []

    def _asks(self) -> list[str]:
        return [f"/executions?{self._filters('job', 'state', 'trigger', 'worker', sort='-due_at')}", "/workers"]

    def _take(self, executions: Any, workers: Any) -> None:
        self._page_of(executions)
        self.rows = [RunRow.of(execution) for execution in executions["items"]]
        self.workers = [[worker["id"], worker["id"]] for worker in workers["items"]]
        self.states = [state for state in self._query("state").split(",") if state]
        self.trigger, self.worker, self.job = (self._query(name) for name in ("trigger", "worker", "job"))

    @rx.event
    def toggle(self, state: str) -> Any:
        """Show a state beside those shown, or no longer."""
        states = {*self.states} ^ {state}
        return rx.redirect(self._link(state=",".join(each for each in STATES if each in states)))


def executions() -> rx.Component:
    """The screen."""
    return frame(
        "Executions",
        controls.heading("Executions"),
        controls.shown(Executions, rx.fragment(_filters(), _list()), controls.bones(12)),
    )


def _filters() -> rx.Component:
    return rx.el.div(
        rx.el.div(*map(_toggle, STATES), class_name="tabs-inner", role="group", aria_label="States"),
        rx.cond(
            Executions.job,
            rx.el.button(
                Executions.job, rx.icon("x", size=12), on_click=Executions.filter("job", ""), class_name="tag on"
            ),
        ),
        rx.el.span(class_name="stretch"),
        controls.choice("Any trigger", TRIGGERS, Executions.trigger, lambda value: Executions.filter("trigger", value)),
        controls.choice(
            "Any worker", Executions.workers, Executions.worker, lambda value: Executions.filter("worker", value)
        ),
        class_name="filters",
    )


def _toggle(state: str) -> rx.Component:
    return rx.el.button(
        drawn.state(state=state),
        type="button",
        on_click=Executions.toggle(state),
        custom_attrs={"aria-pressed": rx.cond(Executions.states.contains(state), "true", "false")},
    )


def _list() -> rx.Component:
    return rx.cond(
        Executions.rows,
        rx.el.div(
            runs.table(Executions.rows),
            controls.pager(Executions.page, Executions.last_page, Executions.told, Executions.turn),
            class_name="panel flush",
        ),
        rx.cond(
            Executions.is_filtered,
            controls.empty(
                "No execution is like that.", rx.link("Show all executions", href="/executions"), icon="search-x"
            ),
            controls.empty("Nothing has run yet.", rx.link(rx.button("To the jobs"), href="/"), icon="activity"),
        ),
    )
