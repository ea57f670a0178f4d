"""The only subscription: one websocket to the live feed for the whole process, shared by every open tab."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

from starlette.types import ASGIApp, Message, Scope

logger = logging.getLogger(__name__)

Event = dict[str, Any]
RESET: Event = {"type": "reset"}
ROOM_EVENTS = 500
PAUSE_SECONDS = 1.0
PATIENCE_SECONDS = 1.0


class Listener:
    """What one tab has yet to hear. More than ROOM_EVENTS become one reset: read everything again.

    It begins with a reset, since things may have happened between the tab's reading and its listening.
    """

    def __init__(self) -> None:
        self.has_left = False
        self._events: list[Event] = [RESET]
        self._rung = asyncio.Event()
        self._rung.set()

    def hear(self, event: Event) -> None:
        self._events = [*self._events, event] if len(self._events) < ROOM_EVENTS else [RESET]
        self._rung.set()

    def leave(self) -> None:
        """Another listens for this tab from now on."""
        self.has_left = True
        self._rung.set()

    async def batch(self, within_seconds: float) -> list[Event]:
        """Everything heard since the last batch, oldest first; nothing after so much quiet, or when left."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._rung.wait(), within_seconds)
        self._rung.clear()
        events, self._events = self._events, []
        return events


_listeners: dict[str, Listener] = {}


@contextmanager
def listening(tab: str) -> Iterator[Listener]:
    """A tab's only listener: one that was there before has left."""
    if tab in _listeners:
        _listeners[tab].leave()
    listener = _listeners[tab] = Listener()
    try:
        yield listener
    finally:
        if _listeners.get(tab) is listener:
            del _listeners[tab]


@asynccontextmanager
async def following(api: ASGIApp) -> AsyncIterator[None]:
    """Hand every event of the feed to every listener, for as long as this is entered."""
    task = asyncio.create_task(_follow(api))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _follow(api: ASGIApp) -> None:
    """Subscribe, and after a break resume behind the last event seen."""
    last: int | None = None
    while True:
        async for event in _subscribe(api, last):
            last = event.get("id", last)
            for listener in tuple(_listeners.values()):
                listener.hear(event)
        await asyncio.sleep(PAUSE_SECONDS)


async def _subscribe(api: ASGIApp, after: int | None) -> AsyncIterator[Event]:
    """The events of one websocket to `/ws/events`, until it closes."""
    said: asyncio.Queue[Message] = asyncio.Queue()
    asked: asyncio.Queue[Message] = asyncio.Queue()
    asked.put_nowait({"type": "websocket.connect"})
    call = asyncio.create_task(api(_scope(after), asked.get, said.put))
    call.add_done_callback(lambda _: said.put_nowait({"type": "websocket.close"}))
    try:
        while (message := await said.get())["type"] != "websocket.close":
            if message["type"] == "websocket.send":
                yield json.loads(message.get("text") or message["bytes"])
    finally:
        asked.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait({call}, timeout=PATIENCE_SECONDS)
        if call.done() and not call.cancelled() and (problem := call.exception()):
            logger.warning("The live feed broke off: %r", problem)
        call.cancel()


def _scope(after: int | None) -> Scope:
    return {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "scheme": "ws",
        "path": "/ws/events",
        "raw_path": b"/ws/events",
        "root_path": "",
        "query_string": b"" if after is None else f"after={after}".encode(),
        "headers": [(b"host", b"belfry")],
        "client": ("127.0.0.1", 0),
        "server": ("belfry", 80),
        "subprotocols": [],
        "state": {},
        "extensions": {},
    }
