"""Creating and editing a job: one schedule field that says what it understood, and a form drawn for the command."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import available_timezones

import reflex as rx

from belfry_ui import arguments, client, draft, fires
from belfry_ui.arguments import Argument, Unreadable
from belfry_ui.fires import Fire
from belfry_ui.screen import Screen

FIRES = 10
OFFERS = 6
COMMANDS = "/commands?size=200"
CALENDARS = "/calendars?size=200"
SHOW_ERROR = rx.call_script("setTimeout(() => document.querySelector('[aria-invalid=true]')?.focus(), 50)")


class JobForm(Screen, rx.State):
    """A job while it is being written. What stands in the fields stays in the browser until it is saved."""

    job_id: str = ""
    title: str = ""
    values: dict[str, str] = {}
    enabled: bool = True
    retry_type: str = "NONE"
    commands: list[list[str]] = []
    calendars: list[list[str]] = []
    calendar: str = ""
    command: str = ""
    command_hint: str = ""
    fields: list[Argument] = []
    as_json: bool = False
    can_draw: bool = False
    args_text: str = "{}"
    dependencies: list[str] = []
    offers: list[list[str]] = []
    errors: dict[str, str] = {}
    refusals: list[str] = []
    round: int = 0
    args_round: int = 0

    schedule: str = ""
    timezone: str = "UTC"
    words: str = ""
    rule: str = ""
    kind: str = ""
    warnings: list[str] = []
    next_fires: list[Fire] = []
    schedule_error: str = ""
    timezone_error: str = ""

    _original: dict[str, Any] = {}
    _version: str = ""
    _schemas: dict[str, dict[str, Any]] = {}

    def _key(self) -> str:
        return f"{self.router.url.path}?{self.router.url.query}"

    def _asks(self) -> Iterable[str]:
        source = self._query("from") if self.router.url.path == "/new" else self._named()
        return (COMMANDS, CALENDARS, client.at("jobs", source)) if source else (COMMANDS, CALENDARS)

    def _concerns(self, event: dict[str, Any]) -> bool:
        return False

    def _is_stale(self, events: list[dict[str, Any]]) -> bool:
        return False

    def _take(self, commands: Any, calendars: Any, job: Any = None) -> None:
        self.calendars = [[calendar["id"], calendar["name"]] for calendar in calendars["items"]]
        self._schemas = {command["name"]: command for command in commands["items"]}
        self.commands = [[name, name] for name in sorted(self._schemas)]
        is_edit = job is not None and self.router.url.path.endswith("/edit")
        self.job_id = job["id"] if is_edit else ""
        self.title = f"Edit {job['name']}" if is_edit else "New job"
        self._version = str(job["version"]) if is_edit else ""
        self._original = draft.BLANK if job is None else draft.definition(job) if is_edit else draft.clone(job)
        self._fill(self._original)

    def _fill(self, job: dict[str, Any]) -> None:
        policy = job["retry_policy"]
        self.values = {
            **{name: job[name] for name in ("name", "description", *draft.CHOICES)},
            "max_runs": "" if job["max_runs"] is None else str(job["max_runs"]),
            "jitter_seconds": f"{job['jitter_seconds']:g}",
            "tags": ", ".join(job["tags"]),
            "timeout_seconds": "" if job["timeout_seconds"] is None else f"{job['timeout_seconds']:g}",
            "max_retries": str(policy["max_retries"] or 3),
            "delay_seconds": f"{policy['delay_ms'] / 1000:g}",
            "max_delay_seconds": f"{policy['max_delay_ms'] / 1000:g}",
        }
        self.enabled, self.retry_type = job["enabled"], policy["type"]
        self.dependencies, self.offers = list(job["dependencies"]), []
        self.schedule, self.timezone, self.calendar = job["schedule"], job["timezone"], job["calendar"] or ""
        self.errors, self.refusals = {}, []
        self._draw(job["command"], job["args"])
        self.round += 1

    def _draw(self, command: str, args: dict[str, Any]) -> None:
        """Draw the arguments of a command."""
        known = self._schemas.get(command, {})
        schema = known.get("schema", {})
        self.command, self.command_hint = command, known.get("description", "")
        self.fields = arguments.fields(schema, args)
        self.can_draw = arguments.is_drawable(schema, args)
        self.as_json = not self.can_draw
        self.args_text = arguments.to_json(args)
        self.args_round += 1

    @rx.event
    def choose(self, command: str) -> None:
        """Draw the arguments of another command."""
        self._draw(command, self._original["args"] if command == self._original["command"] else {})

    @rx.event
    def turn_json(self, form: dict[str, Any]) -> None:
        """Show the arguments the other way, with what has been filled in."""
        args, errors = self._args(form)
        if errors:
            self.errors = errors
            return
        self.errors, is_json = {}, self.as_json
        self._draw(self.command, args)
        self.as_json = not is_json or not self.can_draw

    @rx.event
    def choose_retry(self, kind: str) -> None:
        """Show what can be said about this kind of retry."""
        self.retry_type = kind

    @rx.event
    def choose_calendar(self, calendar: str) -> None:
        """Show what can be said about keeping to this calendar."""
        self.calendar = calendar

    @rx.event
    async def understand(self) -> None:
        """Say what was understood of the schedule that stands there already."""
        if self.schedule:
            await self._preview()

    @rx.event
    async def write_schedule(self, text: str) -> None:
        """Say what is understood of the schedule as it is typed."""
        self.schedule = text
        await self._preview()

    @rx.event
    async def write_zone(self, text: str) -> None:
        """Say what the schedule means in another zone."""
        self.timezone = text
        await self._preview()

    async def _preview(self) -> None:
        self.errors = {name: error for name, error in self.errors.items() if name not in ("schedule", "timezone")}
        self.schedule_error = self.timezone_error = ""
        if not self.schedule.strip():
            self.words, self.next_fires, self.warnings = "", [], []
            return
        asked = {"schedule": self.schedule, "timezone": self.timezone.strip() or "UTC", "count": FIRES}
        if self.job_id:
            asked["job_id"] = self.job_id
        try:
            preview = await client.send("POST", "/schedules/preview", asked)
        except client.Refused as refused:
            errors, rest = draft.sort_errors(refused.errors)
            self.timezone_error = errors.get("timezone", "")
            self.schedule_error = errors.get("schedule", "") or ("" if errors else " ".join(rest) or refused.detail)
            return
        self.words, self.rule, self.kind = preview["description"], preview["rule"] or "", preview["kind"]
        self.warnings = [str(warning) for warning in preview["warnings"]]
        self.next_fires = fires.of_preview(preview)

    @rx.event
    async def search_job(self, text: str) -> None:
        """Offer the jobs whose name holds the text, as dependencies."""
        if not text.strip():
            self.offers = []
            return
        try:
            found = await client.get("/jobs", q=text, size=OFFERS + len(self.dependencies) + 1)
        except client.Refused as refused:
            self.errors = {**self.errors, "dependencies": refused.detail}
            return
        taken = {*self.dependencies, self.job_id}
        self.offers = [[job["id"], job["name"]] for job in found["items"] if job["id"] not in taken][:OFFERS]

    @rx.event
    def depend(self, job_id: str) -> None:
        """Wait for this job too."""
        self.dependencies = [*self.dependencies, job_id]
        self.offers = []

    @rx.event
    def undepend(self, job_id: str) -> None:
        """Wait for this job no longer."""
        self.dependencies = [each for each in self.dependencies if each != job_id]

    @rx.event
    async def save(self, form: dict[str, Any]) -> Any:
        """Save the job and go to it, or show what is wrong at its field."""
        args, errors = self._args(form)
        if errors:
            self.errors, self.refusals = errors, []
            return SHOW_ERROR
        try:
            saved = await self._send(
                {**self._original, **draft.read(form), "args": args, "dependencies": self.dependencies}
            )
        except client.Refused as refused:
            self._refuse(refused)
            return SHOW_ERROR
        return [rx.toast.success(f"{saved['name']} is saved."), rx.redirect(f"/jobs/{saved['id']}")]

    def _args(self, form: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        if not self.as_json:
            return arguments.from_form(self.fields, form)
        try:
            return arguments.from_json(form.get("args", "")), {}
        except Unreadable as problem:
            return {}, {"args": str(problem)}

    async def _send(self, job: dict[str, Any]) -> Any:
        if not self.job_id:
            return await client.send("POST", "/jobs", {name: value for name, value in job.items() if name != "id"})
        guard = {"If-Match": f'"{self._version}"'}
        return await client.send("PUT", client.at("jobs", self.job_id), {**job, "id": self.job_id}, guard)

    def _refuse(self, refused: client.Refused) -> None:
        self.errors, self.refusals = draft.sort_errors(refused.errors)
        if refused.status == 412:
            self.refusals = ["Somebody else changed this job meanwhile. Load it again before you save."]
        elif not self.errors and not self.refusals:
            self.refusals = [refused.detail]


ZONES = sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")
