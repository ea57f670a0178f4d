"""The local pool: ordinary workers in this process, each over a link in memory."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence

from belfry.author.builtins import registry
from belfry.author.link import WorkerLink, memory_link
from belfry.author.worker import Worker
from belfry.ground.settings import PoolWorker
from belfry.loops.sessions import Sessions


@contextlib.asynccontextmanager
async def pool(workers: Sequence[PoolWorker], sessions: Sessions, grace_seconds: float) -> AsyncGenerator[None]:
    """Keep these workers connected; at the end each has `grace_seconds` to finish what it runs."""
    serving: set[asyncio.Task[None]] = set()

    async def dial() -> WorkerLink:
        mine, theirs = memory_link()
        session = asyncio.create_task(sessions.serve(theirs))
        serving.add(session)
        session.add_done_callback(serving.discard)
        return mine

    staff = [Worker(each.name, each.host, each.capacity, registry, {}) for each in workers]
    running = [asyncio.create_task(worker.run(dial), name=worker.name) for worker in staff]
    try:
        yield
    finally:
        await asyncio.gather(*[worker.drain(grace_seconds) for worker in staff])
        await asyncio.gather(*running, *serving, return_exceptions=True)
