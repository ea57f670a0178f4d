"""The built-in commands that speak HTTP: `http` for a call of any kind, `curl` for a plain GET."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from belfry.author.context import Context
from belfry.ground.errors import BelfryError
from belfry.rules.commands import command

CURL_TIMEOUT_SECONDS = 30

Url = Annotated[
    str,
    Meta(
        pattern=r"^https?://[^\s/?#]\S*$",
        max_length=8_000,
        description="an http or https URL",
        examples=["https://example.org/hook"],
    ),
]
Status = Annotated[int, Meta(ge=100, le=599)]


class Call(msgspec.Struct, forbid_unknown_fields=True):
    """What `http` calls, and what it expects."""

    url: Url
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] = "GET"
    headers: Annotated[dict[str, str], Meta(max_length=100)] = {}
    json: Annotated[Any, Meta(description="sent as the body unless null")] = None
    expected_status: Annotated[
        Status | list[Status] | None, Meta(description="a status or several; any from 200 to 299 when null")
    ] = None
    timeout_seconds: Annotated[float, Meta(gt=0, le=3_600, description="for the whole call")] = 30


class UnexpectedStatus(BelfryError):
    """{method} {url} answered {status}, expected was {expected}{body}"""


@command
async def http(ctx: Context, args: Call) -> dict[str, Any]:
    """Make an HTTP call and fail unless it answers as expected.

    Redirects are not followed. All attempts of one execution carry the same Idempotency-Key, unless `headers` has one.
    The first 64 KiB of the answer's body are kept.
    """
    from belfry.author.fetching import fetch

    headers = {"idempotency-key": ctx.idempotency_key} | {name.lower(): text for name, text in args.headers.items()}
    ctx.log(f"{args.method} {args.url}")
    answer = await fetch(args.method, args.url, headers, args.json, args.timeout_seconds)
    ctx.log(f"answered {answer.status}")
    if not _expects(args, answer.status):
        raise UnexpectedStatus(
            method=args.method,
            url=args.url,
            status=answer.status,
            expected=args.expected_status or "200 to 299",
            body=f": {answer.body[:1_000]}" if answer.body else "",
        )
    return msgspec.to_builtins(answer)


@command
async def curl(ctx: Context, payload: Url) -> dict[str, Any]:
    """GET the URL in the payload. Whatever status it answers is a success; 64 KiB of its body are kept."""
    from belfry.author.fetching import fetch

    answer = await fetch("GET", payload, {}, None, CURL_TIMEOUT_SECONDS)
    say = ctx.log if answer.status < 400 else ctx.log.warn
    say(f"GET {payload} answered {answer.status}")
    return msgspec.to_builtins(answer)


def _expects(call: Call, status: int) -> bool:
    match call.expected_status:
        case None:
            return 200 <= status <= 299
        case int() as only:
            return status == only
        case several:
            return status in several
