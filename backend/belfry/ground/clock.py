"""Sleeping that can be woken. Instants come from PostgreSQL (`records.db.now`), durations from the monotonic clock."""

import asyncio
from contextlib import suppress


class Alarm:
    """A bell that one loop sleeps under and anything in the process may ring.

    A ring while nobody sleeps is kept for the next sleep; several rings are one.
    """

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake the sleeper at once."""
        self._rung.set()

    async def sleep(self, seconds: float) -> bool:
        """Sleep up to `seconds`; True when rung before they were over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(max(seconds, 0)):
                await self._rung.wait()
        rung = self._rung.is_set()
        self._rung.clear()
        return rung
