"""One server: its loops, its sessions and its feed over one database, from start to stop."""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncGenerator
from time import monotonic

from belfry import __version__
from belfry.ground.settings import Settings
from belfry.loops import dispatcher
from belfry.loops.dispatcher import Sweeper
from belfry.loops.feed import Feed
from belfry.loops.scheduler import Scheduler
from belfry.loops.sessions import Sessions
from belfry.loops.turning import Loop
from belfry.records import db, migrations, selfcheck, servers, signals

log = logging.getLogger(__name__)

SEE_SECONDS = 2.0
CHECK_SECONDS = 60.0
HOUSEKEEPING_SECONDS = 3600.0
CONNECT_SECONDS = 10.0
SILENT_SECONDS = 30.0
"""A loop that has not turned for so long is in trouble."""


class Server:
    """What this process does for all: fire, dispatch, hold sessions, tell what happened."""

    def __init__(self, server_id: int, settings: Settings, url: str) -> None:
        self.id = server_id
        self.sessions = Sessions(server_id, settings.lease_seconds, settings.heartbeat_seconds)
        self.feed = Feed()
        self.connected = asyncio.Event()
        self._scheduler = Scheduler()
        self._working = [
            Loop("scheduler", self._scheduler.turn, self._scheduler.alarm),
            Loop("dispatcher", dispatcher.turn, signals.alarm("queue", "workers")),
            Loop("sweeper", Sweeper(settings.lease_seconds).turn),
            Loop("assignments", self.sessions.send, self.sessions.assigned),
            Loop("reports", self.sessions.record, self.sessions.reported),
            Loop("leases", self.sessions.renew),
            Loop("feed", self.feed.turn, self.feed.alarm),
        ]
        signalling = Loop("signals", lambda: signals.carry(url, server_id, self.connected))
        self.loops = [
            signalling,
            *self._working,
            Loop("presence", self._see),
            Loop("self-check", self._check_self),
            Loop("housekeeping", self._keep_house),
        ]

    def problems(self) -> list[str]:
        """Why jobs could not fire on this server right now, each as a sentence; nothing when they can."""
        found = [] if self.connected.is_set() else ["No connection carries signals: the database cannot be reached."]
        for loop in self._working:
            if loop.trouble:
                found.append(f"The {loop.name} loop is in trouble: {loop.trouble}.")
            elif loop.turned_at is None:
                found.append(f"The {loop.name} loop has not begun yet.")
            elif monotonic() - loop.turned_at > SILENT_SECONDS:
                found.append(f"The {loop.name} loop has not turned for {monotonic() - loop.turned_at:.0f} s.")
        return found

    async def _see(self) -> float:
        await servers.see(self.id, await db.now(), self._scheduler.tick_age_seconds, self._scheduler.lag_seconds)
        return SEE_SECONDS

    async def _check_self(self) -> float:
        for sentence in (await selfcheck.check(await db.now())).found:
            log.warning("self-check: %s", sentence)
        return CHECK_SECONDS

    async def _keep_house(self) -> float:
        await migrations.prepare_partitions(await db.now())
        return HOUSEKEEPING_SECONDS


@contextlib.asynccontextmanager
async def running(settings: Settings, url: str) -> AsyncGenerator[Server]:
    """A server over the database at `url`, whose pool is open. When this is left, others know that it has stopped."""
    now = await db.now()
    server = Server(await servers.register(socket.gethostname(), os.getpid(), __version__, now), settings, url)
    tasks = [asyncio.create_task(loop.run(), name=loop.name) for loop in server.loops]
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            await server.connected.wait()
        yield server
    finally:
        with contextlib.suppress(*db.UNREACHABLE):
            await server.sessions.record()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(*db.UNREACHABLE):
            await servers.forget(server.id)
