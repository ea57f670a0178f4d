"""One address for everything: the page and its event socket here, the API beside them."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from belfry_ui import client, live

API = ("/api", "/ws", "/schema", "/health", "/metrics")
SOCKET = ("/_event",)
SETTINGS = {
    "REFLEX_BACKEND_ONLY": "true",
    "REFLEX_CHECK_LATEST_VERSION": "false",
    "REFLEX_ENV_MODE": "prod",
    "__REFLEX_SKIP_COMPILE": "true",
    "REFLEX_TELEMETRY_ENABLED": "false",
}


def site(api: ASGIApp, built: Path) -> ASGIApp:
    """The API's application with the page around it. `built` is the folder that `frontend/build.py` makes.

    Both are started and stopped with it. Raises FileNotFoundError where the page has not been built.
    """
    client.connect(api)
    page, socket = _page(built.resolve(strict=True))
    running = (_running(api), live.following(api), _running(socket))

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(running, receive, send)
        elif _is_under(API, scope["path"]):
            await api(scope, receive, send)
        elif not _is_under(SOCKET, scope["path"]):
            await page(scope, receive, send)
        elif _is_from_here(scope):
            await socket(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008, "reason": "Another origin's page."})

    return serve


def _page(built: Path) -> tuple[ASGIApp, ASGIApp]:
    """The files of the page, and the application its event socket talks to."""
    os.environ.update(SETTINGS, REFLEX_WEB_WORKDIR=str(built))
    with contextlib.chdir(built):
        from belfry_ui.app import app
        from belfry_ui.files import Files

        socket = app()
    return Files(built / "client", app.router), socket


def _is_under(prefixes: Iterable[str], path: str) -> bool:
    return any(path == prefix or path.startswith(prefix + "/") for prefix in prefixes)


def _is_from_here(scope: Scope) -> bool:
    """Whether it was a page of this site that opened the socket, or no page at all."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    if scope["type"] != "websocket" or b"origin" not in headers:
        return True
    return urlsplit(headers[b"origin"]).netloc in (headers.get(b"host"), headers.get(b"x-forwarded-host"))


async def _live(parts: Iterable[contextlib.AbstractAsyncContextManager[None]], receive: Receive, send: Send) -> None:
    """Answer the server's lifespan: start the parts in their order, stop them in the reverse."""
    await receive()
    async with AsyncExitStack() as stack:
        try:
            for part in parts:
                await stack.enter_async_context(part)
        except Exception as problem:
            await send({"type": "lifespan.startup.failed", "message": str(problem)})
            raise
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})


@asynccontextmanager
async def _running(app: ASGIApp) -> AsyncIterator[None]:
    """An application between its startup and its shutdown."""
    said: asyncio.Queue[Message] = asyncio.Queue()
    asked: asyncio.Queue[Message] = asyncio.Queue()
    scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
    call = asyncio.create_task(app(scope, asked.get, said.put))
    call.add_done_callback(lambda done: said.put_nowait({"type": "ended"}))
    try:
        await _turn("startup", asked, said, call)
        yield
        await _turn("shutdown", asked, said, call)
    finally:
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)


async def _turn(to: str, asked: asyncio.Queue[Message], said: asyncio.Queue[Message], call: asyncio.Task[None]) -> None:
    asked.put_nowait({"type": f"lifespan.{to}"})
    message = await said.get()
    if message["type"] == "ended":
        call.result()
        raise RuntimeError(f"The application ended at {to}.")
    if message["type"] == f"lifespan.{to}.failed":
        raise RuntimeError(message.get("message") or f"The application failed at {to}.")
