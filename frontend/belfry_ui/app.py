"""Every screen at its address."""

from collections.abc import Callable

import reflex as rx

from belfry_ui import theme
from belfry_ui.execution import Execution, execution
from belfry_ui.executions import Executions, executions
from belfry_ui.job import Job, job
from belfry_ui.job_form import JobForm
from belfry_ui.job_page import job_page
from belfry_ui.jobs import Jobs, jobs
from belfry_ui.missing import missing
from belfry_ui.screen import SCREENS, Live, Screen
from belfry_ui.system import System, system

app = rx.App(head_components=[theme.favicon()])
app.app_wraps.pop((5, "Overlay"))


def show(view: Callable[[], rx.Component], state: type[Screen], route: str, title: str) -> None:
    SCREENS[route.strip("/") or "index"] = state
    then = [JobForm.understand] if state is JobForm else [Live.follow]
    app.add_page(view, route=route, title=f"{title} · Belfry", on_load=[state.load, *then])


show(jobs, Jobs, "/", "Jobs")
show(job, Job, "/jobs/[job_id]", "Job")
show(job_page, JobForm, "/new", "New job")
show(job_page, JobForm, "/jobs/[job_id]/edit", "Edit job")
show(executions, Executions, "/executions", "Executions")
show(execution, Execution, "/executions/[execution_id]", "Execution")
show(system, System, "/system", "System Status")
app.add_page(missing, route="404", title="Not found · Belfry")
