"""The local pool: ordinary workers in this process, each over a link in memory."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence

from belfry.author.builtins import registry
from belfry.author.link import WorkerLink, memory_link
from belfry.author.worker import Worker
from belfry.ground.settings import PoolWorker
from belfry.loops.sessions import Sessions

AGAIN_SECONDS = 1.0


class LocalWorker:
    """A worker of this process. It connects anew whenever its session ends, until it is stopped."""

    def __init__(self, given: PoolWorker, sessions: Sessions) -> None:
        self._worker = Worker(given.name, given.host, given.capacity, registry, {})
        self._sessions = sessions
        self._link: WorkerLink | None = None
        self._stopping = False
        self._running = asyncio.create_task(self._run(), name=given.name)

    async def _run(self) -> None:
        while not self._stopping:
            self._link, theirs = memory_link()
            await asyncio.gather(self._sessions.serve(theirs), self._worker.serve(self._link), return_exceptions=True)
            if not self._stopping:
                await asyncio.sleep(AGAIN_SECONDS)

    async def stop(self, grace_seconds: float) -> None:
        """Let what runs end within the grace period, and leave."""
        self._stopping = True
        if self._link:
            await self._worker.drain(self._link, grace_seconds)
        await self._running


@contextlib.asynccontextmanager
async def pool(workers: Sequence[PoolWorker], sessions: Sessions, grace_seconds: float) -> AsyncGenerator[None]:
    """Keep these workers connected; at the end each has `grace_seconds` to finish what it runs."""
    staff = [LocalWorker(worker, sessions) for worker in workers]
    try:
        yield
    finally:
        await asyncio.gather(*[worker.stop(grace_seconds) for worker in staff])
