"""How a loop turns: tick, sleep until there is something to do or somebody rings, never die of an error."""

import logging
from collections.abc import Awaitable, Callable
from time import monotonic

from belfry.ground.clock import Alarm
from belfry.records.db import UNREACHABLE

log = logging.getLogger(__name__)

AFTER_ERROR_SECONDS = 1.0


class Loop:
    """A tick that is called for ever; it says after how many seconds it wants to be called again.

    `trouble` says why the last tick failed, None when it did not; `turned_at` is the monotonic moment the last good
    one ended.
    """

    def __init__(self, name: str, tick: Callable[[], Awaitable[float]], alarm: Alarm | None = None) -> None:
        self.name = name
        self.trouble: str | None = None
        self.turned_at: float | None = None
        self._tick = tick
        self._alarm = alarm or Alarm()

    async def run(self) -> None:
        """Turn until cancelled."""
        while True:
            await self._alarm.sleep(await self._turn())

    async def _turn(self) -> float:
        """One tick, and the seconds until the next unless the alarm rings.

        One that fails is logged and tried again after a second; a database that is away is only a warning.
        """
        try:
            pause = await self._tick()
        except UNREACHABLE as error:
            log.warning("%s: the database cannot be reached: %s", self.name, error)
            self.trouble = f"the database cannot be reached: {error}"
        except Exception as error:
            log.exception("%s: a tick failed", self.name)
            self.trouble = f"a tick failed: {type(error).__name__}"
        else:
            self.trouble, self.turned_at = None, monotonic()
            return pause
        return AFTER_ERROR_SECONDS
