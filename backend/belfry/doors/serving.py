"""A server process: its port, its database, its page, from start to stop."""

import asyncio
import contextlib
import errno
import importlib.util
import socket
import sys
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from belfry import __version__
from belfry.author.builtins import registry
from belfry.author.link import MAX_FRAME_BYTES
from belfry.doors.api.app import build
from belfry.ground.errors import CannotStart
from belfry.ground.settings import Settings
from belfry.records import db, migrations, postgres, samples, workers

BACKLOG = 2048
CLOSE_SECONDS = 2
"""So long open requests may go on after the process was told to end."""

REFUSALS = {
    errno.EADDRINUSE: "Port {port} of {host} is in use: end what listens there, or choose another with --port.",
    errno.EACCES: "Port {port} may not be opened by this user: choose one above 1023 with --port.",
    errno.EADDRNOTAVAIL: "This machine has no address {host}: choose another with --host.",
}


class Web(uvicorn.Server):
    """Uvicorn, ended by whoever runs it instead of by signals of its own."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals alone."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say where."""
        await super().startup(sockets)
        if self.started and sockets:
            host, port = sockets[0].getsockname()[:2]
            say(f"Belfry {__version__} is at http://{f'[{host}]' if ':' in host else host}:{port}")


async def serve(settings: Settings, migrate: bool) -> None:
    """Serve until cancelled. CannotStart says why it can't."""
    with listening(settings.host, settings.port) as listener:
        async with database(settings) as url:
            if migrate:
                await migrations.migrate(url)
            now = await db.now()
            await workers.offer(registry.offers(), now)
            await samples.create_once(settings.samples, now)
            await _serve(with_page(build(settings, url)), listener)


async def migrate(settings: Settings) -> None:
    """Bring the database to this version's shape, and say so."""
    async with database(settings) as url:
        await migrations.migrate(url)
        say(f"The database at {db.without_password(url)} is up to date.")


def say(sentence: str) -> None:
    """Tell whoever is at the terminal."""
    print(sentence, file=sys.stderr, flush=True)


@contextlib.contextmanager
def listening(host: str, port: int) -> Generator[socket.socket]:
    """A socket that listens there; port 0 is any free one. CannotStart when it can't be had."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        told = REFUSALS.get(error.errno or 0, "Port {port} of {host} cannot be opened: {error}.")
        raise CannotStart(reason=told.format(host=host, port=port, error=error)) from error
    with listener:
        yield listener


@contextlib.asynccontextmanager
async def database(settings: Settings) -> AsyncGenerator[str]:
    """The database that the settings name, else the embedded one, with the pool of connections open; its URL."""
    async with contextlib.AsyncExitStack() as stack:
        url = settings.database_url
        if url is None:
            server = await stack.enter_async_context(
                await postgres.start(settings.data_dir, say, settings.postgres_bin)
            )
            url = server.url
        await db.open_pool(url)
        stack.push_async_callback(db.close_pool)
        yield url


def with_page(api: ASGIApp) -> ASGIApp:
    """The API with the page around it, or by itself where the page has not been built."""
    built = _built()
    if built is None:
        say("The page has not been built, so there is only the API: run `make setup`.")
        return api
    from belfry_ui.site import site

    return site(api, built)


def _built() -> Path | None:
    """Where the built page lies: inside the installed package, or in a checkout."""
    found = importlib.util.find_spec("belfry_ui")
    if found is None or found.origin is None:
        return None
    package = Path(found.origin).parent
    return next(
        (folder for folder in (package / "_built", package.parents[1] / "build" / "ui") if folder.is_dir()), None
    )


async def _serve(app: ASGIApp, listener: socket.socket) -> None:
    """Run the web server until cancelled, then let it end in order."""
    web = Web(
        uvicorn.Config(
            app,
            lifespan="on",
            ws="websockets-sansio",
            ws_max_size=MAX_FRAME_BYTES,
            ws_per_message_deflate=False,
            access_log=False,
            log_config=None,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=CLOSE_SECONDS,
        )
    )
    serving = asyncio.ensure_future(web.serve([listener]))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        web.should_exit = True
        await serving
        raise
    if not web.started:
        raise CannotStart(reason="The server could not start; what went wrong is said above.")
