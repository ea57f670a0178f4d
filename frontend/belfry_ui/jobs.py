"""The first tab: every job, what it did last and does next."""

import dataclasses
from typing import Any

import reflex as rx

from belfry_ui.acts import Acts, question
from belfry_ui.pieces import controls, drawn
from belfry_ui.pieces.paging import Paged
from belfry_ui.screen import Screen
from belfry_ui.shell import frame

SORTS = [
    ("name", "By name"),
    ("next_fire_at", "By next fire"),
    ("-updated_at", "Last changed first"),
    ("priority", "By priority"),
]
STATES = [("active", "Active"), ("paused", "Paused"), ("completed", "Completed")]
PRIORITIES = [("HIGH", "High priority"), ("MEDIUM", "Medium priority"), ("LOW", "Low priority")]


@dataclasses.dataclass
class JobRow:
    """One line of the list."""

    id: str = ""
    name: str = ""
    state: str = ""
    enabled: bool = False
    tags: list[str] = dataclasses.field(default_factory=list)
    words: str = ""
    rule: str = ""
    is_code: bool = False
    timezone: str = ""
    priority: str = ""
    next_at: str | None = None
    last_id: str = ""
    last_state: str = ""
    last_at: str | None = None
    last_seconds: float | None = None
    last_runs: bool = False
    recent: list[dict[str, Any]] = dataclasses.field(default_factory=list)

    @classmethod
    def of(cls, job: dict[str, Any]) -> "JobRow":
        last = job.get("last_execution") or {}
        words = job["description_of_schedule"]
        return cls(
            id=job["id"],
            name=job["name"],
            state=job["state"],
            enabled=job["enabled"],
            tags=job["tags"],
            words=words,
            rule=job["schedule"] if job["schedule"] != words else "",
            is_code=is_code(words),
            timezone=job["timezone"],
            priority=job["priority"],
            next_at=job["next_fire_at"],
            last_id=str(last.get("id", "")),
            last_state=last.get("state", ""),
            last_at=last.get("started_at") or last.get("due_at"),
            last_seconds=last.get("duration_seconds"),
            last_runs=last.get("state") == "running",
            recent=job.get("recent") or [],
        )


def is_code(words: str) -> bool:
    """Whether a schedule is told as an expression, there being no words for it."""
    return not any(map(str.isalpha, words))


class Jobs(Paged, Screen, rx.State):
    """The list of jobs, as the page's address filters and sorts it."""

    rows: list[JobRow] = []
    counts: dict[str, int] = {}
    running: int = 0
    queued: int = 0
    next_name: str = ""
    next_at: str = ""
    next_id: str = ""

    q: str = ""
    state_filter: str = ""
    priority_filter: str = ""
    tag_filter: str = ""
    sort: str = ""

    def _asks(self) -> list[str]:
        filters = self._filters("q", "state", "priority", "tag", "command", sort="name")
        return [f"/jobs?{filters}", "/system/status", "/system/upcoming?hours=24&size=1"]

    def _take(self, jobs: Any, status: Any, upcoming: Any) -> None:
        self._page_of(jobs)
        self.rows = [JobRow.of(job) for job in jobs["items"]]
        self.counts = {state: status["jobs"].get(state, 0) for state, _ in STATES}
        self.running = status["executions"].get("running", 0)
        self.queued = sum(status["executions"].get(state, 0) for state in ("waiting", "queued", "assigned"))
        first = next(iter(upcoming["items"]), {})
        self.next_id, self.next_name, self.next_at = (first.get(key, "") for key in ("job_id", "name", "at"))
        self.q, self.tag_filter = self._query("q"), self._query("tag")
        self.state_filter, self.priority_filter = self._query("state"), self._query("priority")
        self.sort = self._query("sort", "name")


def jobs() -> rx.Component:
    """The screen."""
    return frame(
        "Jobs",
        controls.heading("Jobs", rx.link(rx.button(rx.icon("plus", size=15), "New job", size="2"), href="/new")),
        controls.shown(Jobs, rx.fragment(_summary(), _filters(), _list()), controls.bones()),
        question(),
    )


def _summary() -> rx.Component:
    return rx.el.div(
        _figure("Active", Jobs.counts["active"], "active"),
        _figure("Paused", Jobs.counts["paused"], "paused"),
        _figure("Running now", Jobs.running, "running"),
        _figure("Waiting for a slot", Jobs.queued, "queued"),
        rx.el.div(
            rx.el.span("Next fire", class_name="figure-name"),
            rx.cond(
                Jobs.next_at,
                rx.el.div(
                    rx.el.strong(drawn.time(at=Jobs.next_at)),
                    rx.link(Jobs.next_name, href=f"/jobs/{Jobs.next_id}", class_name="quiet ellipsis"),
                    class_name="figure-line",
                ),
                rx.el.strong("none in 24 h"),
            ),
            class_name="figure wide",
        ),
        class_name="summary",
    )


def _figure(name: str, number: rx.Var[int], state: str) -> rx.Component:
    return rx.el.div(
        rx.el.span(drawn.state(state=state, wordless=True), name, class_name="figure-name"),
        rx.el.strong(number),
        class_name="figure",
    )


def _filters() -> rx.Component:
    return rx.el.div(
        rx.el.label(
            rx.icon("search", size=15),
            rx.el.input(
                name="q",
                key=Jobs.q,
                default_value=Jobs.q,
                type="search",
                placeholder="Search jobs",
                aria_label="Search jobs",
                on_change=lambda text: Jobs.filter("q", text).debounce(250),
                custom_attrs={"data-search": "true"},
                auto_complete="off",
            ),
            rx.el.kbd("/"),
            class_name="search",
        ),
        controls.choice("Any state", STATES, Jobs.state_filter, lambda value: Jobs.filter("state", value)),
        controls.choice("Any priority", PRIORITIES, Jobs.priority_filter, lambda value: Jobs.filter("priority", value)),
        rx.cond(
            Jobs.tag_filter,
            rx.el.button(Jobs.tag_filter, rx.icon("x", size=12), on_click=Jobs.filter("tag", ""), class_name="tag on"),
        ),
        rx.el.span(class_name="stretch"),
        controls.choice("Sort", SORTS, Jobs.sort, lambda value: Jobs.filter("sort", value)),
        class_name="filters",
    )


def _list() -> rx.Component:
    return rx.cond(
        Jobs.rows,
        rx.el.div(
            rx.el.table(
                rx.el.thead(
                    rx.el.tr(
                        rx.el.th("Job"),
                        rx.el.th("Schedule"),
                        rx.el.th("Last runs", class_name="c-strip"),
                        rx.el.th("Last"),
                        rx.el.th("Next"),
                        rx.el.th("Priority", class_name="c-priority"),
                        controls.unnamed("Actions", "c-actions"),
                    )
                ),
                rx.el.tbody(rx.foreach(Jobs.rows, _row)),
                class_name="rows jobs",
            ),
            controls.pager(Jobs.page, Jobs.last_page, Jobs.told, Jobs.turn),
            class_name="panel flush",
        ),
        rx.cond(
            Jobs.is_filtered,
            controls.empty("No job is like that.", rx.link("Show all jobs", href="/"), icon="search-x"),
            controls.empty(
                "There are no jobs yet.", rx.link(rx.button("Create the first job"), href="/new"), icon="bell"
            ),
        ),
    )


def _row(job: rx.Var[JobRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(
            rx.el.div(
                drawn.state(state=job.state, wordless=True),
                rx.el.div(
                    rx.link(job.name, href=f"/jobs/{job.id}", class_name="row-link", custom_attrs={"data-row": "true"}),
                    rx.el.div(rx.foreach(job.tags, _tag), class_name="tags"),
                    class_name="stack",
                ),
                class_name="with-state",
            ),
            class_name="c-name",
        ),
        rx.el.td(
            rx.el.div(
                rx.el.span(job.words, class_name=rx.cond(job.is_code, "ellipsis mono", "ellipsis")),
                rx.cond(job.rule, rx.el.code(job.rule, class_name="ellipsis")),
                class_name="stack",
            ),
            class_name="c-schedule",
        ),
        rx.el.td(drawn.strip(runs=job.recent), class_name="c-strip"),
        rx.el.td(
            rx.cond(
                job.last_state,
                rx.link(
                    drawn.state(state=job.last_state, wordless=True),
                    rx.el.div(
                        drawn.time(at=job.last_at, zone=job.timezone),
                        rx.el.small(drawn.took(seconds=job.last_seconds, since=job.last_at, running=job.last_runs)),
                        class_name="stack",
                    ),
                    href=f"/executions/{job.last_id}",
                    class_name="last quiet above",
                ),
                rx.el.span("never", class_name="absent"),
            ),
            class_name="c-last",
        ),
        rx.el.td(
            drawn.time(at=job.next_at, zone=job.timezone, absent=rx.cond(job.enabled, "by hand", "paused")),
            class_name="c-next",
        ),
        rx.el.td(rx.el.span(job.priority.lower(), class_name=f"priority is-{job.priority}"), class_name="c-priority"),
        rx.el.td(rx.el.div(*_actions(job), class_name="row-actions above"), class_name="c-actions"),
        key=job.id,
    )


def _tag(tag: rx.Var[str]) -> rx.Component:
    return rx.link(tag, href=controls.address("/", tag=tag), class_name="tag above")


def _actions(job: rx.Var[JobRow]) -> list[rx.Component]:
    return [
        rx.switch(
            checked=job.enabled,
            on_change=lambda on: Acts.switch(job.id, on),
            size="1",
            aria_label=f"{job.name} is enabled",
        ),
        controls.icon_button(
            "play", f"Run {job.name} now", on_click=Acts.run(job.id, job.name, job.enabled), tip="Run now"
        ),
        rx.dropdown_menu.root(
            rx.dropdown_menu.trigger(controls.icon_button("ellipsis", f"More about {job.name}")),
            rx.dropdown_menu.content(
                rx.dropdown_menu.item("Edit", on_click=rx.redirect(f"/jobs/{job.id}/edit")),
                rx.dropdown_menu.item("Clone", on_click=rx.redirect(f"/new?from={job.id}")),
                rx.dropdown_menu.item("Executions", on_click=rx.redirect(f"/executions?job={job.id}")),
                rx.dropdown_menu.separator(),
                rx.dropdown_menu.item("Delete…", on_click=Acts.ask("delete", job.id, job.name), color="red"),
                size="1",
                align="end",
            ),
            modal=False,
        ),
    ]
