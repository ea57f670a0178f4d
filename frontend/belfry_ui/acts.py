"""What can be done to a job from any screen. What comes of it is seen by the live feed."""

from typing import Any

import reflex as rx

from belfry_ui import client


class Acts(rx.State):
    """Acts on jobs, and the question that some of them put first."""

    asked: str = ""
    job_id: str = ""
    job_name: str = ""
    problem: str = ""

    @rx.event
    async def switch(self, job_id: str, on: bool) -> Any:
        """Resume or pause a job."""
        try:
            await client.send("PUT", client.at("jobs", job_id, "status"), {"status": "active" if on else "paused"})
        except client.Refused as refused:
            return rx.toast.error(refused.detail)

    @rx.event
    async def run(self, job_id: str, name: str, enabled: bool) -> Any:
        """Run a job now; one that is paused only after a question."""
        self.job_id, self.job_name = job_id, name
        if not enabled:
            self.asked, self.problem = "run", ""
            return None
        return await self._run({})

    @rx.event
    def ask(self, what: str, job_id: str, name: str) -> None:
        """Put the question before an act."""
        self.asked, self.job_id, self.job_name, self.problem = what, job_id, name, ""

    @rx.event
    def leave(self) -> None:
        """Do nothing."""
        self.asked = ""

    @rx.event
    async def run_all_the_same(self) -> Any:
        """Run the paused job that was asked about."""
        self.asked = ""
        return await self._run({"force": True})

    @rx.event
    async def delete(self) -> Any:
        """Delete the job that was asked about; where others depend on it, say so and ask once more."""
        force = "?force=true" if self.problem else ""
        try:
            await client.send("DELETE", client.at("jobs", self.job_id) + force)
        except client.Refused as refused:
            self.problem = refused.detail
            return None
        self.asked = ""
        told = rx.toast.success(f"{self.job_name} is deleted.")
        return [told, rx.redirect("/")] if self.router.url.path != "/" else told

    async def _run(self, body: dict[str, bool]) -> Any:
        try:
            execution = await client.send("POST", client.at("jobs", self.job_id, "run"), body)
        except client.Refused as refused:
            return rx.toast.error(refused.detail)
        return rx.toast.success(f"{self.job_name} runs as execution {execution['id']}.")


def question() -> rx.Component:
    """The question before an act; it names the job."""
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.cond(Acts.asked == "delete", _about_deleting(), _about_running()),
            max_width="440px",
        ),
        open=Acts.asked != "",
        on_open_change=lambda _: Acts.leave(),
    )


def _about_deleting() -> rx.Component:
    return rx.fragment(
        rx.alert_dialog.title(f"Delete “{Acts.job_name}”?", size="4"),
        rx.alert_dialog.description("It will not fire again. Its past executions can still be read.", size="2"),
        rx.cond(Acts.problem, rx.el.p(Acts.problem, class_name="field-error", role="alert")),
        rx.el.div(
            _keep("Keep it"),
            rx.button(rx.cond(Acts.problem, "Delete all the same", "Delete"), color_scheme="red", on_click=Acts.delete),
            class_name="actions end",
        ),
    )


def _about_running() -> rx.Component:
    return rx.fragment(
        rx.alert_dialog.title(f"Run “{Acts.job_name}” now?", size="4"),
        rx.alert_dialog.description("It is paused. It would run once and stay paused.", size="2"),
        rx.el.div(_keep("Leave it"), rx.button("Run once", on_click=Acts.run_all_the_same), class_name="actions end"),
    )


def _keep(words: str) -> rx.Component:
    return rx.alert_dialog.cancel(rx.button(words, variant="soft", color_scheme="gray"))
