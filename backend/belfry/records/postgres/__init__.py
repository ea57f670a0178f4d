"""The embedded PostgreSQL: one server for all who use a data folder, running while one of them lives.

Nobody owns it. Each user holds a shared lock; a small watchman process runs the server and stops it when the last lock
is gone, even by kill -9. Should the watchman or the server die instead, the user that sees it first starts it anew.
"""

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import asyncpg

from belfry.ground.errors import CannotStart
from belfry.records.postgres.cluster import Cluster

START_SECONDS = 120
STOP_SECONDS = 120
LOOK_SECONDS = 0.2
RETRY_SECONDS = 5
LAUNCHES = 3  # One that ends early may have been killed: only the third tells that PostgreSQL itself refuses.
NOT_YET = (OSError, asyncpg.OperatorInterventionError, asyncpg.PostgresConnectionError)

Say = Callable[[str], None]


class Server:
    """A use of the server at `url`, of that `version`: it runs until `close`, or the death of this process."""

    def __init__(self, cluster: Cluster, use: int, version: str, say: Say) -> None:
        self.url = cluster.url()
        self.version = version
        self._use: int | None = use
        self._keeping = asyncio.create_task(self._keep(cluster, say), name="embedded PostgreSQL")

    async def close(self) -> None:
        """Release the use; the server stops within seconds unless others use it."""
        if not self._keeping.done():
            self._keeping.cancel()
            await asyncio.wait([self._keeping])
        if self._use is not None:
            os.close(self._use)
            self._use = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _keep(self, cluster: Cluster, say: Say) -> None:
        """Start the server anew whenever nobody is in charge of it."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                if cluster.is_unattended():
                    say("PostgreSQL has gone; starting it again.")
                    await _bring_up(cluster)
                    self.url = cluster.url()
                    say("PostgreSQL answers again.")
            except CannotStart as error:
                say(str(error))
                await asyncio.sleep(RETRY_SECONDS)


async def start(data_dir: Path, say: Say, bin_dir: Path | None = None) -> Server:
    """Use the server of a data folder, which is made and started where need be.

    Its programs are those in `bin_dir`, else the first found. Progress is told to `say`. CannotStart says why not, and
    what to do.
    """
    cluster = Cluster(data_dir, bin_dir)
    cluster.claim()
    if cluster.is_new:
        say(f"Making a PostgreSQL database in {cluster.folder}.")
    use = await _use(cluster)
    try:
        return Server(cluster, use, await _bring_up(cluster), say)
    except BaseException:
        os.close(use)
        raise


async def _use(cluster: Cluster) -> int:
    """The shared lock, once no earlier server is being stopped."""
    end = time.monotonic() + STOP_SECONDS
    while (use := cluster.use()) is None:
        if time.monotonic() > end:
            raise CannotStart(reason=f"An earlier PostgreSQL in {cluster.folder} does not come to its end: end it.")
        await asyncio.sleep(0.02)
    return use


async def _bring_up(cluster: Cluster) -> str:
    """Wait until the server answers, launching it if nobody else does; returns its version."""
    launches = 0
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if (charge := cluster.take_charge()) is not None:
            if launches == LAUNCHES:
                os.close(charge)
                raise cluster.complaint()
            await asyncio.to_thread(cluster.launch, charge)
            launches += 1
        if version := await _greet(cluster):
            return version
        await asyncio.sleep(0.02)
    raise CannotStart(reason=f"PostgreSQL has not answered for {START_SECONDS} s; what it does is in {cluster.log}.")


async def _greet(cluster: Cluster) -> str | None:
    """The server's version, or None while it does not answer."""
    try:
        connection = await asyncpg.connect(cluster.url(), timeout=5)
    except NOT_YET:
        return None
    except asyncpg.PostgresError as error:
        raise CannotStart(reason=f"PostgreSQL refuses the URL in {cluster.folder / 'url'}: {error}.") from error
    version: str = connection.get_settings().server_version
    connection.terminate()
    return version.split()[0]
