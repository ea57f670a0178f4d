"""What every request passes first: whose page sent it, and how long it may be."""

from urllib.parse import urlsplit

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from belfry.doors.api.problems import MEDIA_TYPE, Problem

MAX_BODY_BYTES = 1024 * 1024
DISCARDED_BYTES = 64 * 1024 * 1024
"""So much of a body that is too long is read and thrown away, so that its sender hears why."""

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def boundary(app: ASGIApp) -> ASGIApp:
    """The application behind these two checks."""

    async def checked(scope: Scope, receive: Receive, send: Send) -> None:
        if not _comes_from_here(scope):
            await _refuse_origin(scope, receive, send)
        elif scope["type"] == "http" and ("\0" in scope["path"] or b"%00" in scope["query_string"]):
            await _answer(send, 400, "Bad Request", "An address may not contain the character NUL.")
        elif scope["type"] == "http" and scope["method"] not in SAFE_METHODS:
            await _bounded(app, scope, receive, send)
        else:
            await app(scope, receive, send)

    return checked


def _comes_from_here(scope: Scope) -> bool:
    """Whether no other site's page sent this: browsers name the page's origin where it can do harm."""
    if scope["type"] == "lifespan" or (scope["type"] == "http" and scope["method"] in SAFE_METHODS):
        return True
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    origin = headers.get(b"origin")
    return origin is None or urlsplit(origin).netloc in (headers.get(b"host"), headers.get(b"x-forwarded-host"))


async def _refuse_origin(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": "A page of another origin may not connect."})
        return
    await _answer(send, 403, "Forbidden", "A page of another origin may not change anything here.")


async def _bounded(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Read the body and hand it on whole, or answer 413."""
    body = bytearray()
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return
        chunk, more = message.get("body", b""), message.get("more_body", False)
        size += len(chunk)
        if size <= MAX_BODY_BYTES:
            body += chunk
        elif size > DISCARDED_BYTES:
            break
    if size > MAX_BODY_BYTES:
        await _answer(send, 413, "Content Too Large", f"A body may have at most {MAX_BODY_BYTES:,} bytes.")
        return
    await app(scope, _replaying(bytes(body), receive), send)


def _replaying(body: bytes, receive: Receive) -> Receive:
    whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return whole.pop() if whole else await receive()

    return replay


async def _answer(send: Send, status: int, title: str, detail: str) -> None:
    body = msgspec.json.encode(Problem(title=title, status=status, detail=detail))
    headers = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
