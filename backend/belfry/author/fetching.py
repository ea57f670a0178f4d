"""The one way out for the HTTP requests of built-in commands. Imported at the first request, since httpx is heavy."""

import asyncio
import ssl
from functools import cache
from typing import Any

import httpx
import msgspec

from belfry import __version__
from belfry.author.context import storable
from belfry.ground.errors import BelfryError

MAX_BODY_BYTES = 64 * 1024


class FetchFailed(BelfryError):
    """{method} {url} failed: {why}"""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a server answered. `truncated` says that the body went on after its first 64 KiB."""

    status: int
    content_type: str
    body: str
    truncated: bool
    location: str = ""


async def fetch(method: str, url: str, headers: dict[str, str], json: Any, timeout_seconds: float) -> Answer:
    """Make one request; `json` is its body unless None. Redirects are not followed.

    FetchFailed says why there is no answer: no such host, refused, none within `timeout_seconds`, no valid URL.
    """
    try:
        async with asyncio.timeout(timeout_seconds), _client() as client:
            return await _answer(client, client.build_request(method, url, headers=headers, json=json))
    except TimeoutError as error:
        raise FetchFailed(method=method, url=url, why=f"no answer within {timeout_seconds:g} s") from error
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise FetchFailed(method=method, url=url, why=str(error) or type(error).__name__) from error


def _client() -> httpx.AsyncClient:
    headers = {"User-Agent": f"belfry/{__version__}", "Accept-Encoding": "identity"}
    return httpx.AsyncClient(headers=headers, verify=_certificates(), timeout=None, follow_redirects=False)


@cache
def _certificates() -> ssl.SSLContext:
    """Loaded once: it takes some 20 ms."""
    return httpx.create_ssl_context()


async def _answer(client: httpx.AsyncClient, request: httpx.Request) -> Answer:
    response = await client.send(request, stream=True)
    try:
        body = await _head(response)
    finally:
        await response.aclose()
    return Answer(
        status=response.status_code,
        content_type=response.headers.get("content-type", ""),
        location=response.headers.get("location", ""),
        body=_text(body[:MAX_BODY_BYTES], response.charset_encoding or "utf-8"),
        truncated=len(body) > MAX_BODY_BYTES,
    )


def _text(body: bytes, charset: str) -> str:
    try:
        return storable(body.decode(charset, errors="replace"))
    except (LookupError, UnicodeError):
        return storable(body.decode(errors="replace"))


async def _head(response: httpx.Response) -> bytes:
    body = b""
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            break
    return body
