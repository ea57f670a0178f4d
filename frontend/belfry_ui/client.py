"""The only way from the screens to the backend: its REST interface, called in this process."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx
from starlette.types import ASGIApp

Params = Mapping[str, Any]


class Refused(Exception):
    """The backend said no: a sentence, and what is wrong with which field."""

    def __init__(self, status: int, detail: str, errors: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors or {}


_http = httpx.AsyncClient(base_url="http://belfry")
logging.getLogger("httpx").setLevel(logging.WARNING)


def connect(api: ASGIApp) -> None:
    """Let every later call reach this application."""
    global _http
    transport = httpx.ASGITransport(api, raise_app_exceptions=False)
    _http = httpx.AsyncClient(transport=transport, base_url="http://belfry", timeout=30)


def at(*parts: str) -> str:
    """The path of something, whatever its name is made of."""
    return "".join("/" + quote(part, safe="") for part in parts)


async def get(path: str, **params: Any) -> Any:
    """The JSON at a path. Parameters that are None or empty are left out. Raises Refused."""
    asked = {name: value for name, value in params.items() if value not in (None, "")}
    return await _call("GET", path, params=asked or None)


async def gather(*paths: str) -> list[Any]:
    """The JSON at several paths, asked for at once, in their order. Raises Refused."""
    return await asyncio.gather(*map(get, paths))


async def send(method: str, path: str, body: Any = None, headers: Params | None = None) -> Any:
    """Change something, and answer what the backend says of it. Raises Refused."""
    return await _call(method, path, json=body, headers=headers)


async def _call(method: str, path: str, **request: Any) -> Any:
    try:
        answer = await _http.request(method, f"/api{path}", **request)
    except httpx.HTTPError as problem:
        raise Refused(503, f"The server did not answer: {problem}.") from problem
    if answer.is_error:
        raise _refusal(answer)
    return answer.json() if answer.content else None


def _refusal(answer: httpx.Response) -> Refused:
    try:
        problem = answer.json()
    except ValueError:
        return Refused(answer.status_code, answer.text or answer.reason_phrase)
    errors = {error["field"]: error["message"] for error in problem.get("errors") or ()}
    return Refused(answer.status_code, problem.get("detail") or problem.get("title") or "", errors)
