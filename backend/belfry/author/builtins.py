"""The commands every worker has. Importing this module puts all of them into the registry."""

import asyncio
import json
from typing import Annotated, Any

from msgspec import Meta

from belfry.author.arithmetic import calculate
from belfry.author.context import Context
from belfry.author.simulated import api_call, backup, data_processing
from belfry.author.web import curl, http
from belfry.rules.commands import command, registry

__all__ = [
    "api_call",
    "backup",
    "calculate",
    "curl",
    "data_processing",
    "default",
    "echo",
    "http",
    "registry",
    "sleep",
]


@command
async def echo(ctx: Context, message: Any) -> dict[str, Any]:
    """Return the message, which may be any JSON."""
    return {"message": message}


@command
async def sleep(ctx: Context, seconds: Annotated[float, Meta(ge=0, le=86_400)]) -> dict[str, float]:
    """Sleep that long, at most a day."""
    await asyncio.sleep(seconds)
    return {"seconds": seconds}


@command
async def default(ctx: Context, payload: Any = None) -> None:
    """Log the payload, which may be any JSON."""
    ctx.log(payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False))
