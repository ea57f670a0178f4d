"""How a loop turns: tick, sleep until there is something to do or somebody rings, never die of an error."""

import logging
from collections.abc import Awaitable, Callable

from belfry.ground.clock import Alarm
from belfry.records.db import UNREACHABLE

log = logging.getLogger(__name__)

AFTER_ERROR_SECONDS = 1.0


async def turn(name: str, alarm: Alarm, tick: Callable[[], Awaitable[float]]) -> None:
    """Call `tick` for ever; it says after how many seconds it wants to be called again, unless the alarm rings.

    A tick that fails is logged and tried again after a second: a database that is away is a warning, all else an error.
    """
    while True:
        try:
            pause = await tick()
        except UNREACHABLE as error:
            log.warning("%s: the database cannot be reached: %s", name, error)
            pause = AFTER_ERROR_SECONDS
        except Exception:
            log.exception("%s: a tick failed", name)
            pause = AFTER_ERROR_SECONDS
        await alarm.sleep(pause)
