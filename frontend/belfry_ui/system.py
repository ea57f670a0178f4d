"""The third tab: is all well, who works, how late, and what comes next."""

import dataclasses
from typing import Any

import reflex as rx

from belfry_ui import client
from belfry_ui.pieces import controls, drawn
from belfry_ui.pieces.gauge import gauge
from belfry_ui.screen import Screen
from belfry_ui.shell import frame

PULSE_SECONDS = 5.0
JOB_STATES = ("active", "paused", "completed")
RUN_STATES = ("running", "assigned", "queued", "waiting", "succeeded", "failed", "skipped", "cancelled")


@dataclasses.dataclass
class WorkerRow:
    """One worker and how full it is."""

    id: str = ""
    host: str = ""
    state: str = ""
    capacity: int = 0
    running: int = 0
    slots: list[bool] = dataclasses.field(default_factory=list)
    labels: list[str] = dataclasses.field(default_factory=list)
    heartbeat_at: str = ""
    version: str = ""
    is_drained: bool = False

    @classmethod
    def of(cls, worker: dict[str, Any]) -> "WorkerRow":
        return cls(
            id=worker["id"],
            host=worker["host"],
            state=worker["state"],
            capacity=worker["capacity"],
            running=worker["running"],
            labels=[f"{name}={value}" for name, value in worker["labels"].items()],
            heartbeat_at=worker["last_heartbeat_at"] or "",
            version=worker["version"],
            is_drained=worker["state"] == "draining",
        )


@dataclasses.dataclass
class Fire:
    """A fire to come."""

    job_id: str = ""
    name: str = ""
    at: str = ""


@dataclasses.dataclass
class Server:
    """A server of this Belfry."""

    id: str = ""
    host: str = ""
    seen_at: str = ""
    version: str = ""


class System(Screen, rx.State):
    """The health of the whole."""

    is_well: bool = True
    problems: list[str] = []
    workers: list[WorkerRow] = []
    online: int = 0
    capacity: int = 0
    running: int = 0
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    jobs: dict[str, int] = {}
    executions: dict[str, int] = {}
    upcoming: list[Fire] = []
    servers: list[Server] = []

    def _asks(self) -> list[str]:
        return ["/system/status", "/workers", "/system/upcoming?hours=24&size=12"]

    def _pulse(self) -> float:
        return PULSE_SECONDS

    def _take(self, status: Any, workers: Any, upcoming: Any) -> None:
        self.problems = status["problems"]
        self.is_well = not self.problems
        self.workers = [WorkerRow.of(worker) for worker in workers["items"]]
        pool, late = status["workers"], status["lateness_seconds"]
        self.online, self.capacity, self.running = pool["online"], pool["capacity"], pool["running"]
        self.p50, self.p95, self.p99 = late["p50"], late["p95"], late["p99"]
        self.jobs = {state: status["jobs"].get(state, 0) for state in JOB_STATES}
        self.executions = {state: status["executions"].get(state, 0) for state in RUN_STATES}
        self.upcoming = [
            Fire(**{name: fire[name] for name in ("job_id", "name", "at")}) for fire in upcoming["items"][:12]
        ]
        self.servers = [_server(server) for server in status["servers"]]

    @rx.event
    async def drain(self, worker: str) -> Any:
        """Let a worker finish what it has and take nothing new."""
        return await self._do(client.at("workers", worker, "drain"))

    @rx.event
    async def resume(self, worker: str) -> Any:
        """Let a drained worker take work again."""
        return await self._do(client.at("workers", worker, "resume"))

    async def _do(self, path: str) -> Any:
        try:
            await client.send("POST", path)
        except client.Refused as refused:
            return rx.toast.error(refused.detail)
        return System.load


def _server(server: Any) -> Server:
    if isinstance(server, str):
        return Server(id=server)
    return Server(
        id=str(server.get("id") or server.get("name") or ""),
        host=server.get("host") or "",
        seen_at=server.get("last_tick_at") or server.get("last_seen_at") or "",
        version=server.get("version") or "",
    )


def system() -> rx.Component:
    """The screen."""
    return frame("System Status", controls.shown(System, _shown(), controls.bones()))


def _shown() -> rx.Component:
    return rx.fragment(
        _health(),
        _workers(),
        rx.el.div(
            rx.el.div(_upcoming(), _servers()),
            rx.el.div(_lateness(), _statistics()),
            class_name="columns",
        ),
    )


def _health() -> rx.Component:
    well = rx.el.div(
        rx.icon("circle-check", size=24),
        rx.el.div(
            rx.el.h1("All good."),
            rx.el.div(
                f"{System.online} workers online, {System.running} of {System.capacity} slots in use.",
                class_name="quiet",
            ),
        ),
        class_name="health good",
    )
    ill = rx.el.div(
        rx.icon("triangle-alert", size=24),
        rx.el.div(rx.el.h1("Something needs you."), rx.el.ul(rx.foreach(System.problems, rx.el.li))),
        class_name="health bad",
    )
    return rx.el.div(rx.cond(System.is_well, well, ill), role="status")


def _workers() -> rx.Component:
    heads = ("Worker", "State", "Load", "Labels", "Heartbeat", "Version")
    return rx.el.section(
        rx.el.div(rx.el.h2("Workers"), class_name="panel-head"),
        rx.cond(
            System.workers,
            rx.el.table(
                rx.el.thead(
                    rx.el.tr(
                        *(rx.el.th(head, class_name=f"c-{head.lower()}") for head in heads),
                        controls.unnamed("Act", "c-act"),
                    )
                ),
                rx.el.tbody(rx.foreach(System.workers, _worker)),
                class_name="rows workers",
            ),
            controls.empty("No worker is connected: nothing can run.", icon="server-off"),
        ),
        class_name="panel flush",
    )


def _worker(worker: rx.Var[WorkerRow]) -> rx.Component:
    act = {"size": "1", "variant": "soft", "color_scheme": "gray"}
    return rx.el.tr(
        rx.el.td(
            rx.el.div(
                rx.link(
                    worker.id,
                    href=controls.address("/executions", worker=worker.id),
                    class_name="row-link",
                    custom_attrs={"data-row": "true"},
                ),
                rx.el.small(worker.host),
                class_name="stack",
            ),
            class_name="c-worker",
        ),
        rx.el.td(drawn.state(state=worker.state), class_name="c-state"),
        rx.el.td(gauge(worker.running, worker.capacity), class_name="c-load"),
        rx.el.td(
            rx.el.div(rx.foreach(worker.labels, lambda label: rx.el.span(label, class_name="tag")), class_name="tags"),
            class_name="c-labels",
        ),
        rx.el.td(drawn.time(at=worker.heartbeat_at), class_name="c-heartbeat"),
        rx.el.td(worker.version, class_name="c-version quiet"),
        rx.el.td(
            rx.cond(
                worker.is_drained,
                rx.button("Resume", on_click=System.resume(worker.id), **act),
                rx.button("Drain", on_click=System.drain(worker.id), **act),
            ),
            class_name="c-act above",
        ),
        key=worker.id,
    )


def _upcoming() -> rx.Component:
    return controls.panel(
        "Next fires",
        rx.cond(
            System.upcoming,
            rx.el.ul(
                rx.foreach(
                    System.upcoming,
                    lambda fire: rx.el.li(
                        rx.link(fire.name, href=f"/jobs/{fire.job_id}", class_name="ellipsis"),
                        drawn.time(at=fire.at),
                        key=f"{fire.job_id} {fire.at}",
                    ),
                ),
                class_name="fires",
            ),
            controls.empty("Nothing fires in the next 24 hours.", icon="calendar-off"),
        ),
    )


def _lateness() -> rx.Component:
    return controls.panel(
        "Start lateness",
        rx.el.div(
            *(
                rx.el.div(
                    rx.el.span(name, class_name="figure-name"),
                    rx.el.strong(drawn.took(seconds=value)),
                    class_name="figure",
                )
                for name, value in (("median", System.p50), ("p95", System.p95), ("p99", System.p99))
            ),
            class_name="figures",
        ),
    )


def _statistics() -> rx.Component:
    counts = [controls.fact(drawn.state(state=state), System.jobs[state].to_string()) for state in JOB_STATES]
    runs = [controls.fact(drawn.state(state=state), System.executions[state].to_string()) for state in RUN_STATES]
    return rx.fragment(
        controls.panel("Jobs", rx.el.dl(*counts, class_name="facts small")),
        controls.panel("Executions", rx.el.dl(*runs, class_name="facts small")),
    )


def _servers() -> rx.Component:
    return controls.panel(
        "Servers",
        rx.el.ul(
            rx.foreach(
                System.servers,
                lambda server: rx.el.li(
                    rx.el.div(rx.el.span(server.id), rx.el.small(server.host), class_name="stack"),
                    rx.cond(server.seen_at, rx.el.span("ticked ", drawn.time(at=server.seen_at), class_name="quiet")),
                    key=server.id,
                ),
            ),
            class_name="lines",
        ),
    )
