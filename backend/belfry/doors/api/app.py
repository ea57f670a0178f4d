"""The API as one ASGI application, with the server behind it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, cast

from litestar import Litestar, Request
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import SwaggerRenderPlugin
from starlette.types import ASGIApp

from belfry import __version__
from belfry.doors.api.boundary import boundary
from belfry.doors.api.calendars import CalendarsController
from belfry.doors.api.executions import ExecutionsController
from belfry.doors.api.jobs import JobsController
from belfry.doors.api.ledger import LedgerController
from belfry.doors.api.live import events
from belfry.doors.api.problems import HANDLERS
from belfry.doors.api.system import HealthController, SystemController, WorkersController
from belfry.doors.api.workers import worker
from belfry.ground.errors import FieldError, Invalid
from belfry.ground.settings import Settings
from belfry.loops.pool import pool
from belfry.loops.server import Server, running
from belfry.rules import schedules
from belfry.rules.arguments import meant

ROUTES = [
    JobsController,
    LedgerController,
    CalendarsController,
    ExecutionsController,
    SystemController,
    WorkersController,
    HealthController,
    events,
    worker,
]

OPENAPI = OpenAPIConfig(
    title="Belfry",
    version=__version__,
    description="Instants are RFC 3339 in UTC, durations seconds; errors are RFC 9457 problem details.",
    path="/schema",
    render_plugins=[
        SwaggerRenderPlugin(
            js_url="/swagger/swagger-ui-bundle.js",
            css_url="/swagger/swagger-ui.css",
            standalone_preset_js_url="/swagger/swagger-ui-standalone-preset.js",
            favicon='<link rel="icon" href="data:,">',
        )
    ],
)


def build(settings: Settings, url: str) -> ASGIApp:
    """The application over the database at `url`, whose pool is open. It runs the server and the local pool."""

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncGenerator[None]:
        async with running(settings, url) as server, pool(settings.pool, server.sessions, settings.grace_seconds):
            app.state.server = server
            await asyncio.to_thread(schedules.prepare)
            yield

    app = Litestar(
        ROUTES,
        dependencies={"server": Provide(_server, sync_to_thread=False)},
        exception_handlers=HANDLERS,
        before_request=refuse_unknown_parameters,
        lifespan=[lifespan],
        openapi_config=OPENAPI,
        logging_config=None,
        request_max_body_size=None,
    )
    return boundary(cast(ASGIApp, app))


def refuse_unknown_parameters(request: Request[Any, Any, Any]) -> None:
    """Refuse by name what the documentation of the operation does not list, so that no misspelt filter is ignored."""
    if not request.scope["query_string"] or not request.url.path.startswith("/api/"):
        return
    documented = (request.app.openapi_schema.paths or {})[request.scope["path_template"]]
    operation = getattr(documented, request.method.lower())
    known = [parameter.name for parameter in operation.parameters or () if parameter.param_in == "query"]
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        raise Invalid(*[FieldError(name, f"is no parameter here{meant(name, known)}", "unknown") for name in unknown])


def _server(state: State) -> Server:
    return state.server
