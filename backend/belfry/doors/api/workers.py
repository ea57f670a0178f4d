"""Where remote workers connect."""

from typing import Any

import msgspec
from litestar import WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect

from belfry.author.link import LinkClosed
from belfry.loops.server import Server
from belfry.rules.wire import FromServer, FromWorker

NO_SENSE = 1007

Socket = WebSocket[Any, Any, Any]


class SocketLink:
    """The server's end of a remote worker's connection."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket
        self._decoder = msgspec.json.Decoder(FromWorker)
        self._encoder = msgspec.json.Encoder()
        self._closed = False

    async def send(self, frame: FromServer) -> None:
        """Send the frame as JSON text; LinkClosed when the worker is gone."""
        if self._closed:
            raise LinkClosed
        try:
            await self._socket.send_data(self._encoder.encode(frame).decode(), mode="text")
        except (WebSocketDisconnect, RuntimeError, OSError) as error:
            self._closed = True
            raise LinkClosed from error

    async def receive(self) -> FromWorker:
        """The next frame; one that makes no sense is answered with the reason and closes the link."""
        try:
            return self._decoder.decode(await self._socket.receive_data("text"))
        except msgspec.DecodeError as error:
            await self.send(FromServer(refused=f"this frame makes no sense: {error}"))
            await self.close(NO_SENSE)
            raise LinkClosed from error
        except (WebSocketDisconnect, RuntimeError) as error:
            self._closed = True
            raise LinkClosed from error

    async def close(self, code: int = 1000) -> None:
        """Close the connection."""
        if not self._closed:
            self._closed = True
            await self._socket.close(code)


@websocket("/ws/worker", opt={"exclude_from_schema": True})
async def worker(socket: Socket, server: Server) -> None:
    """A worker's session, until it leaves."""
    await socket.accept()
    link = SocketLink(socket)
    await server.sessions.serve(link)
    await link.close()
