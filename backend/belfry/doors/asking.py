"""Asking a running Belfry over its API, for the command line."""

from typing import Any

import httpx
import msgspec

from belfry.ground.errors import CannotAsk
from belfry.rules.gates import Why, shown


def ask(method: str, path: str, **request: Any) -> bytes:
    """The body of the answer. CannotAsk when nobody answers, or with what the answer says is wrong."""
    url, token = request.pop("url"), request.pop("token")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = httpx.request(method, f"{url.rstrip('/')}/api{path}", headers=headers, timeout=30, **request)
    except (httpx.TransportError, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise CannotAsk(
            reason=f"Nobody answers at {url}: {error or type(error).__name__}. Is Belfry up there?"
        ) from error
    if answer.is_error:
        raise CannotAsk(reason=_problem(answer))
    return answer.content


def _problem(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"The answer was {answer.status_code} {answer.reason_phrase}. Is this the address of Belfry?"


def told(body: bytes) -> str:
    """An answer to "why" for people: the sentence, then each gate, open ones marked ✓ and closed ones ✗."""
    why = msgspec.json.decode(body, type=Why)
    lines = [why.text, *(f"  {'✓' if gate.open else '✗'} {gate.name}: {gate.text}" for gate in why.gates)]
    if why.expected_start_at:
        lines.append(f"  expected to start at {shown(why.expected_start_at)}")
    return "\n".join(lines)


class _Preview(msgspec.Struct):
    description: str
    rule: str
    warnings: list[str]
    next: list[str]
    marks: list[str | None]


def foretold(body: bytes) -> str:
    """A preview for people: what was understood, the rule, warnings, and the next fires with their marks."""
    preview = msgspec.json.decode(body, type=_Preview)
    fires = [f"  {at}" + (f"  ({mark})" if mark else "") for at, mark in zip(preview.next, preview.marks, strict=True)]
    return "\n".join(
        [f"{preview.description}  [{preview.rule}]", *(f"  ! {text}" for text in preview.warnings), *fires]
    )
