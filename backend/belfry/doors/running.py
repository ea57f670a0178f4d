"""A process of Belfry's: its event loop, and how signals end it."""

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable

import uvloop

log = logging.getLogger(__name__)

SIGNALS = (signal.SIGINT, signal.SIGTERM)
LEAVE_SECONDS = 2.0


def run(work: Callable[[], Awaitable[None]]) -> None:
    """Run `work` on an event loop. The first SIGINT or SIGTERM lets it end in order, the next one kills."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_until_told(work))


async def _until_told(work: Callable[[], Awaitable[None]]) -> None:
    loop = asyncio.get_running_loop()
    working = asyncio.ensure_future(work())
    told = asyncio.Event()

    def end() -> None:
        told.set()
        working.cancel()
        for each in SIGNALS:
            loop.remove_signal_handler(each)
            signal.signal(each, signal.SIG_DFL)

    for each in SIGNALS:
        loop.add_signal_handler(each, end)
    try:
        await working
    except asyncio.CancelledError:
        if not told.is_set():
            raise
        await _leave()


async def _leave() -> None:
    """End what still runs. A handler that will not stop cannot keep the process: it has had its grace."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    if not left:
        return
    _, pending = await asyncio.wait(left, timeout=LEAVE_SECONDS)
    if pending:
        log.warning("%d handlers do not stop; the process ends without them", len(pending))
        logging.shutdown()
        os._exit(0)
