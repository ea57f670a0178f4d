"""A process of Belfry's: its event loop, and how signals end it."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

import uvloop

SIGNALS = (signal.SIGINT, signal.SIGTERM)


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
