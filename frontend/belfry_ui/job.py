"""One job: what it is, what it did, what it does next."""

import dataclasses
import json
from collections.abc import Iterable
from typing import Any

import reflex as rx

from belfry_ui import client, fires, runs
from belfry_ui.acts import Acts, question
from belfry_ui.fires import Fire
from belfry_ui.jobs import is_code
from belfry_ui.pieces import controls, drawn
from belfry_ui.runs import RunRow
from belfry_ui.screen import Screen
from belfry_ui.shell import frame

FIRES = 10
RECORDS = 8
RUNS = 15

OVERLAPS = {
    "skip": "If it is still running when the next fire comes, that fire is skipped.",
    "queue": "If it is still running when the next fire comes, that fire waits.",
    "allow": "It may run several times at once.",
    "cancel": "If it is still running when the next fire comes, the running one is cancelled.",
}
SHIFTS = {
    "skip": "what that forbids is skipped",
    "next": "what that forbids moves to the next business day",
    "previous": "what that forbids moves to the business day before",
}
TWICE = {"second": "the second time", "both": "both times"}
MISFIRES = {
    "skip": "Fires missed during an outage are skipped.",
    "once": "Fires missed during an outage are made up for once.",
    "all": "Every fire missed during an outage is made up for.",
}


REASONS = {
    "overlap": "the one before still ran",
    "misfire": "found too late, after an outage",
    "paused": "the job was paused",
    "calendar": "its calendar kept it free",
}


@dataclasses.dataclass
class Skip:
    """Due instants that did not run, for one reason."""

    execution_id: str = ""
    first: str = ""
    last: str = ""
    several: bool = False
    words: str = ""

    @classmethod
    def of(cls, record: dict[str, Any]) -> "Skip":
        times = "once" if record["count"] == 1 else f"{record['count']:,} times"
        words = f"{times}: {REASONS.get(record['reason'], record['reason'])}"
        several = record["count"] > 1
        return cls(str(record["execution_id"]), record["due_at"], record["last_due_at"], several, words)


class Job(Screen, rx.State):
    """One job, followed live."""

    id: str = ""
    name: str = ""
    description: str = ""
    state: str = ""
    enabled: bool = False
    words: str = ""
    is_code: bool = False
    rule: str = ""
    timezone: str = ""
    next_at: str = ""
    command: str = ""
    args: str = ""
    tags: list[str] = []
    dependencies: list[str] = []
    policies: list[str] = []
    facts: list[tuple[str, str]] = []
    created_at: str = ""
    updated_at: str = ""
    recent: list[dict[str, Any]] = []
    next_fires: list[Fire] = []
    rows: list[RunRow] = []
    total: int = 0
    skips: list[Skip] = []

    def _asks(self) -> Iterable[str]:
        this = client.at("jobs", self._named())
        return this, f"{this}/executions?size={RUNS}", f"{this}/fires?size={RECORDS}&outcome=skipped"

    @classmethod
    async def _fetch(cls, asks: Iterable[str]) -> list[Any]:
        job, executions, skips = await client.gather(*asks)
        return [job, executions, skips, await fires.of_job(job, FIRES)]

    def _concerns(self, event: dict[str, Any]) -> bool:
        return event.get("job_id") == self.id and super()._concerns(event)

    def _take(self, job: Any, executions: Any, skips: Any, next_fires: Any) -> None:
        for name in ("id", "name", "description", "state", "enabled", "timezone", "command", "tags", "dependencies"):
            setattr(self, name, job[name])
        self.words = job["description_of_schedule"]
        self.is_code = is_code(self.words)
        self.rule = job["schedule"] if job["schedule"] != self.words else ""
        self.next_at = job["next_fire_at"] or ""
        self.args = json.dumps(job["args"], indent=2, ensure_ascii=False) if job["args"] else ""
        self.policies = policies(job)
        self.facts = [("Id", job["id"]), ("Priority", job["priority"].lower()), ("Version", str(job["version"]))]
        self.created_at, self.updated_at = job["created_at"], job["updated_at"]
        self.recent = job.get("recent") or []
        self.next_fires = next_fires
        self.rows = [RunRow.of(execution) for execution in executions["items"]]
        self.total = executions["total"]
        self.skips = [Skip.of(record) for record in skips["items"]]


def policies(job: dict[str, Any]) -> list[str]:
    """A job's policies as sentences."""
    timeout = job["timeout_seconds"]
    limit = f"An attempt is stopped after {timeout:g} s." if timeout else "An attempt may take as long as it likes."
    return [
        _retries(job["retry_policy"]),
        limit,
        OVERLAPS[job["overlap"]],
        MISFIRES[job["misfire"]],
        *_exceptions(job),
    ]


def _exceptions(job: dict[str, Any]) -> Iterable[str]:
    """What is out of the ordinary about a job's instants."""
    if job["calendar"]:
        yield f"It {job['calendar_use']} runs inside the calendar {job['calendar']}; {SHIFTS[job['calendar_shift']]}."
    if job["jitter_seconds"]:
        yield f"Each start is put off by up to {job['jitter_seconds']:g} s."
    if job["max_runs"]:
        yield f"It ends after {job['max_runs']:,} runs; {job['runs']:,} have been."
    if job["dst_gap"] == "skip":
        yield "A time that the clocks skip does not run."
    if job["dst_overlap"] != "first":
        yield f"A time that the clocks show twice runs {TWICE[job['dst_overlap']]}."


def _retries(policy: dict[str, Any]) -> str:
    retries = policy["max_retries"]
    if policy["type"] == "NONE" or not retries:
        return "It is not tried again when it fails."
    first = policy["delay_ms"] / 1000
    times = "once" if retries == 1 else f"up to {retries} times"
    if policy["type"] == "FIXED":
        return f"When it fails it is tried again {times}, {first:g} s apart."
    return f"When it fails it is tried again {times}, after {first:g} s and then twice as long each time."


def job() -> rx.Component:
    """The screen."""
    return frame("Jobs", controls.shown(Job, _shown(), controls.bones(5)), question())


def _shown() -> rx.Component:
    return rx.fragment(
        controls.heading(Job.name, *_actions(), under=_under()),
        rx.cond(Job.description, rx.el.p(Job.description, class_name="lead")),
        rx.el.div(
            rx.el.div(_executions()),
            rx.el.div(_next(), rx.cond(Job.skips, _skips()), rx.cond(Job.dependencies, _dependencies()), _definition()),
            class_name="columns wide-left",
        ),
    )


def _under() -> rx.Component:
    return rx.el.div(
        drawn.state(state=Job.state),
        rx.el.span(Job.words, class_name=rx.cond(Job.is_code, "mono", "")),
        rx.cond(Job.rule, rx.el.code(Job.rule)),
        rx.el.span(Job.timezone),
        rx.cond(Job.next_at, rx.el.span("next ", drawn.time(at=Job.next_at, zone=Job.timezone))),
        rx.el.div(
            rx.foreach(Job.tags, lambda tag: rx.link(tag, href=controls.address("/", tag=tag), class_name="tag")),
            class_name="tags",
        ),
        class_name="heading-sub",
    )


def _actions() -> list[rx.Component]:
    return [
        rx.el.label(
            rx.switch(checked=Job.enabled, on_change=lambda on: Acts.switch(Job.id, on), size="1"),
            rx.cond(Job.enabled, "Enabled", "Paused"),
            class_name="check",
        ),
        rx.button(rx.icon("play", size=14), "Run now", on_click=Acts.run(Job.id, Job.name, Job.enabled), size="2"),
        rx.link(rx.button("Edit", variant="soft", color_scheme="gray", size="2"), href=f"/jobs/{Job.id}/edit"),
        rx.dropdown_menu.root(
            rx.dropdown_menu.trigger(controls.icon_button("ellipsis", "More")),
            rx.dropdown_menu.content(
                rx.dropdown_menu.item("Clone", on_click=rx.redirect(f"/new?from={Job.id}")),
                rx.dropdown_menu.separator(),
                rx.dropdown_menu.item("Delete…", on_click=Acts.ask("delete", Job.id, Job.name), color="red"),
                size="1",
                align="end",
            ),
            modal=False,
        ),
    ]


def _executions() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Executions"),
            rx.cond(Job.rows, drawn.strip(runs=Job.recent, slots=60)),
            class_name="panel-head",
        ),
        rx.cond(
            Job.rows,
            rx.fragment(
                runs.table(Job.rows, with_job=False),
                rx.el.div(
                    rx.link(f"All {Job.total} executions", href=f"/executions?job={Job.id}"), class_name="panel-foot"
                ),
            ),
            controls.empty("It has not run yet.", icon="activity"),
        ),
        class_name="panel flush",
    )


def _next() -> rx.Component:
    why = rx.cond(Job.enabled, "It does not fire by itself.", "It is paused and does not fire.")
    return controls.panel(
        "Next fires",
        rx.cond(Job.next_fires, fires.fires(Job.next_fires, Job.timezone), rx.el.p(why, class_name="quiet")),
    )


def _skips() -> rx.Component:
    """What was due and did not run, and why; each leads to the whole answer."""
    return controls.panel(
        "Did not run",
        rx.el.ul(
            rx.foreach(
                Job.skips,
                lambda skip: rx.el.li(
                    rx.link(skip.words, href=f"/executions/{skip.execution_id}"),
                    rx.el.span(
                        drawn.instant(at=skip.first, zone=Job.timezone),
                        rx.cond(skip.several, rx.fragment(" – ", drawn.instant(at=skip.last, zone=Job.timezone))),
                        class_name="quiet",
                    ),
                    key=skip.execution_id,
                    class_name="unrun",
                ),
            ),
            class_name="lines",
        ),
    )


def _dependencies() -> rx.Component:
    return controls.panel(
        "Waits for",
        rx.el.ul(
            rx.foreach(Job.dependencies, lambda each: rx.el.li(rx.link(each, href=f"/jobs/{each}"), key=each)),
            class_name="lines",
        ),
    )


def _definition() -> rx.Component:
    return controls.panel(
        "Definition",
        rx.el.dl(
            controls.fact("Command", rx.el.code(Job.command)),
            rx.foreach(Job.facts, lambda fact: controls.fact(fact[0], fact[1])),
            controls.fact("Created", drawn.time(at=Job.created_at)),
            controls.fact("Changed", drawn.time(at=Job.updated_at)),
            class_name="facts narrow",
        ),
        rx.cond(Job.args, rx.el.pre(Job.args, class_name="json", tab_index=0)),
        rx.el.ul(rx.foreach(Job.policies, lambda sentence: rx.el.li(sentence, key=sentence)), class_name="sentences"),
    )
