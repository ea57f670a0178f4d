"""Built-in commands that only act as if: they take their time, log, make progress and touch nothing."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from msgspec import Meta

from belfry.author.context import Context
from belfry.rules.commands import command

Seconds = Annotated[float, Meta(ge=0, le=86_400, description="how long it acts")]
Count = Annotated[int, Meta(ge=1, le=1_000_000_000)]


@command
async def api_call(
    ctx: Context, endpoint: str = "https://api.example.org/items", method: str = "GET", seconds: Seconds = 1
) -> dict[str, Any]:
    """Simulate the call of an API. `http` makes real ones."""
    ctx.log(f"{method} {endpoint} (simulated)")
    async for _ in _steps(ctx, 4, seconds):
        pass
    ctx.log("200 OK (simulated)")
    return {"simulated": True, "method": method, "endpoint": endpoint, "status": 200}


@command
async def data_processing(
    ctx: Context,
    source_url: str = "https://data.example.org/records",
    batch_size: Count = 100,
    batches: Annotated[int, Meta(ge=1, le=1_000)] = 10,
    seconds: Seconds = 2,
) -> dict[str, Any]:
    """Simulate the processing of records, batch by batch."""
    ctx.log(f"reading {batches} batches of {batch_size} records from {source_url} (simulated)")
    async for batch in _steps(ctx, batches, seconds):
        ctx.log(f"batch {batch} of {batches}: {batch_size} records processed")
    return {"simulated": True, "records": batches * batch_size, "batches": batches}


@command
async def backup(
    ctx: Context, source: str = "database", target: str = "backups", seconds: Seconds = 3
) -> dict[str, Any]:
    """Simulate a backup: a snapshot, a copy, a check."""
    stages = ["snapshot taken", "copied", "compressed", "checksum verified"]
    ctx.log(f"backing up {source} to {target} (simulated)")
    async for step in _steps(ctx, len(stages), seconds):
        ctx.log(stages[step - 1])
    return {"simulated": True, "source": source, "target": target, "stages": len(stages)}


async def _steps(ctx: Context, count: int, seconds: float) -> AsyncIterator[int]:
    """The steps from 1 to `count`, evenly over `seconds`, each as progress."""
    for step in range(1, count + 1):
        await asyncio.sleep(seconds / count)
        yield step
        ctx.progress(step, count)
