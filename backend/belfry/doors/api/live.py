"""The live feed: what happens, as it happens, to whoever listens."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from typing import Any

import msgspec
from litestar import WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect

from belfry.ground.errors import BelfryError
from belfry.loops.feed import TooFarBack, TooSlow
from belfry.loops.server import Server
from belfry.records.events import Event

TOO_SLOW = 4008
WRONG = 4000
KINDS = {"executions": "execution.", "jobs": "job.", "workers": "worker.", "calendars": "calendar."}
RESET = '{"type":"reset"}'

Socket = WebSocket[Any, Any, Any]


class WrongRequest(BelfryError):
    """{reason}"""


@websocket("/ws/events", opt={"exclude_from_schema": True})
async def events(socket: Socket, server: Server) -> None:
    """Send every event that the reader wants, first those after `after`; 4008 to a reader that is too slow."""
    await socket.accept()
    try:
        after = _after(socket.query_params.get("after"))
        wants = wanting(socket.query_params.get("topics", ""))
    except WrongRequest as error:
        await socket.close(WRONG, str(error))
        return
    sending = asyncio.create_task(_send(socket, server, wants, after))
    leaving = asyncio.create_task(_left(socket))
    try:
        await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (sending, leaving):
            task.cancel()
        await asyncio.gather(sending, leaving, return_exceptions=True)


async def _send(socket: Socket, server: Server, wants: Callable[[Event], bool], after: int | None) -> None:
    encoder = msgspec.json.Encoder()
    try:
        async for batch in _following(socket, server, wants, after):
            for event in batch:
                await socket.send_data(encoder.encode(event).decode(), mode="text")
    except TooSlow:
        await socket.close(TOO_SLOW, "You do not read fast enough; come back with ?after= the last id.")


async def _following(
    socket: Socket, server: Server, wants: Callable[[Event], bool], after: int | None
) -> AsyncGenerator[list[Event]]:
    """The feed from `after` on; where that is too far back, a reset and the feed from now on."""
    try:
        async with aclosing(server.feed.follow(wants, after)) as batches:
            async for batch in batches:
                yield batch
    except TooFarBack:
        await socket.send_data(RESET, mode="text")
        async with aclosing(server.feed.follow(wants)) as batches:
            async for batch in batches:
                yield batch


async def _left(socket: Socket) -> None:
    """Wait until the reader has gone; what it says meanwhile is not listened to."""
    with suppress(WebSocketDisconnect):
        while True:
            await socket.receive_data("text")


def _after(text: str | None) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or len(text) > 18:
        raise WrongRequest(reason=f"after must be the id of an event, not {text[:40]!r}")
    return int(text)


def wanting(topics: str) -> Callable[[Event], bool]:
    """What the topics let through: `executions`, `jobs`, `workers`, `calendars`, `logs:EXECUTION_ID`; else all."""
    named = [topic.strip() for topic in topics.split(",") if topic.strip()]
    kinds = tuple(KINDS[topic] for topic in named if topic in KINDS)
    logs = {int(topic[5:]) for topic in named if topic.startswith("logs:") and topic[5:].isdecimal()}
    known = [topic for topic in named if topic in KINDS or (topic.startswith("logs:") and topic[5:].isdecimal())]
    if len(known) < len(named):
        unknown = next(topic for topic in named if topic not in known)
        raise WrongRequest(
            reason=f"there is no topic {unknown[:40]!r}; topics are {', '.join(KINDS)}, logs:EXECUTION_ID"
        )

    def wants(event: Event) -> bool:
        if event.type == "execution.log":
            return not named or event.execution_id in logs
        return not named or event.type.startswith(kinds)

    return wants
