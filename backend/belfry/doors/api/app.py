"""The API as one ASGI application, with the server behind it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import cast

from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import SwaggerRenderPlugin
from starlette.types import ASGIApp

from belfry import __version__
from belfry.doors.api.boundary import boundary
from belfry.doors.api.executions import ExecutionsController
from belfry.doors.api.jobs import JobsController
from belfry.doors.api.live import events
from belfry.doors.api.problems import HANDLERS
from belfry.doors.api.system import HealthController, SystemController, WorkersController
from belfry.doors.api.workers import worker
from belfry.ground.settings import Settings
from belfry.loops.pool import pool
from belfry.loops.server import Server, running

ROUTES = [JobsController, ExecutionsController, SystemController, WorkersController, HealthController, events, worker]

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
        )
    ],
)


def build(settings: Settings, url: str) -> ASGIApp:
    """The application over the database at `url`, whose pool is open. It runs the server and the local pool."""

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncGenerator[None]:
        async with running(settings, url) as server, pool(settings.pool, server.sessions, settings.grace_seconds):
            app.state.server = server
            yield

    app = Litestar(
        ROUTES,
        dependencies={"server": Provide(_server, sync_to_thread=False)},
        exception_handlers=HANDLERS,
        lifespan=[lifespan],
        openapi_config=OPENAPI,
        logging_config=None,
        request_max_body_size=None,
    )
    return boundary(cast(ASGIApp, app))


def _server(state: State) -> Server:
    return state.server
