"""The two ends of a worker's connection to a server: in memory, or over a websocket."""

import asyncio
import logging
import os
from collections import deque
from typing import Generic, Protocol, TypeVar

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, InvalidURI, WebSocketException
from websockets.uri import parse_uri

from belfry.ground.errors import BelfryError, CannotStart
from belfry.rules.wire import FromServer, FromWorker

log = logging.getLogger(__name__)

MAX_FRAME_BYTES = 16 * 1024 * 1024
"""A worker's frame is no longer than this. A server's may be: it holds no more than the worker has slots for."""

PING_SECONDS = 5.0
"""A connection is tested so often, and given up when it does not answer for as long."""

CLOSE_SECONDS = 2.0
"""So long the other end may take to say goodbye."""

DENIED = (401, 403)

Out = TypeVar("Out", contravariant=True)
In = TypeVar("In", covariant=True)


class LinkClosed(BelfryError):
    """The connection was closed."""


class Unreachable(BelfryError):
    """The server at {url} cannot be reached: {why}."""


class Denied(BelfryError):
    """The server at {url} does not let this worker in (HTTP {status}): give it a worker's token with --token."""


class Link(Protocol[Out, In]):
    """One end of a connection: what is sent arrives in order, or the link closes."""

    async def send(self, frame: Out) -> None:
        """Send a frame; LinkClosed when the other end is gone."""
        ...

    async def receive(self) -> In:
        """The next frame; LinkClosed when the other end is gone."""
        ...

    async def close(self) -> None:
        """Close both ends."""
        ...


WorkerLink = Link[FromWorker, FromServer]
ServerLink = Link[FromServer, FromWorker]

Item = TypeVar("Item")


class Pipe(Generic[Item]):
    """One direction of a connection in memory; unbounded, since the lease and the capacity bound what flows."""

    def __init__(self) -> None:
        self._items: deque[Item] = deque()
        self._arrived = asyncio.Event()
        self.closed = False

    def put(self, item: Item) -> None:
        """Add an item; LinkClosed when the pipe is closed."""
        if self.closed:
            raise LinkClosed
        self._items.append(item)
        self._arrived.set()

    async def get(self) -> Item:
        """Take the oldest item; LinkClosed when there is none and will be none."""
        while not self._items:
            if self.closed:
                raise LinkClosed
            self._arrived.clear()
            await self._arrived.wait()
        return self._items.popleft()

    def close(self) -> None:
        """End it; what is in it can still be taken."""
        self.closed = True
        self._arrived.set()


Mine = TypeVar("Mine")
Theirs = TypeVar("Theirs")


class MemoryLink(Generic[Mine, Theirs]):
    """One end of a connection within a process: frames pass as they are, nothing is encoded."""

    def __init__(self, outgoing: Pipe[Mine], incoming: Pipe[Theirs]) -> None:
        self._outgoing = outgoing
        self._incoming = incoming

    async def send(self, frame: Mine) -> None:
        """Hand the frame over."""
        self._outgoing.put(frame)

    async def receive(self) -> Theirs:
        """The next frame."""
        return await self._incoming.get()

    async def close(self) -> None:
        """Close both ends."""
        self._outgoing.close()
        self._incoming.close()


def memory_link() -> tuple[MemoryLink[FromWorker, FromServer], MemoryLink[FromServer, FromWorker]]:
    """The worker's end and the server's end of a new connection in memory."""
    up, down = Pipe[FromWorker](), Pipe[FromServer]()
    return MemoryLink(up, down), MemoryLink(down, up)


class WebSocketLink:
    """The worker's end of a connection to a server elsewhere."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._decoder = msgspec.json.Decoder(FromServer)
        self._encoder = msgspec.json.Encoder()

    async def send(self, frame: FromWorker) -> None:
        """Send the frame as JSON text."""
        try:
            await self._connection.send(self._encoder.encode(frame).decode())
        except ConnectionClosed as error:
            raise LinkClosed from error

    async def receive(self) -> FromServer:
        """The next frame; LinkClosed also for one that makes no sense."""
        try:
            return self._decoder.decode(await self._connection.recv())
        except (ConnectionClosed, msgspec.DecodeError) as error:
            raise LinkClosed from error

    async def close(self) -> None:
        """Say goodbye and close."""
        await self._connection.close()


async def dial(url: str, token: str | None) -> WebSocketLink:
    """Connect to a server at `url` (ws or wss, without a path).

    Unreachable says why it can't be done now, Denied that the token is not good enough, CannotStart that `url` is none.
    """
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        connection = await connect(
            _door(url),
            additional_headers=headers,
            max_size=None,
            compression=None,
            ping_interval=PING_SECONDS,
            ping_timeout=PING_SECONDS,
            close_timeout=CLOSE_SECONDS,
        )
    except InvalidStatus as error:
        status = error.response.status_code
        if status in DENIED:
            raise Denied(url=url, status=status) from error
        raise Unreachable(url=url, why=f"it answers with HTTP {status}") from error
    except (OSError, WebSocketException) as error:
        raise Unreachable(url=url, why=_said(error)) from error
    log.info("connected to %s", url)
    return WebSocketLink(connection)


def _door(url: str) -> str:
    door = f"{url.rstrip('/')}/ws/worker"
    try:
        parse_uri(door)
    except (InvalidURI, ValueError) as error:
        raise CannotStart(reason=f"{url!r} is no server's address: {error}.") from error
    return door


def _said(error: Exception) -> str:
    plain = os.strerror(error.errno) if isinstance(error, ConnectionError) and error.errno else str(error)
    return plain or type(error).__name__
