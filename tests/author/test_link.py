"""Links: in memory, and over a real websocket."""

import asyncio
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus

import msgspec
import pytest
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

from belfry.author.link import Denied, LinkClosed, Unreachable, WebSocketLink, dial, memory_link
from belfry.ground.errors import CannotStart
from belfry.rules.wire import Assign, FromServer, FromWorker, Hello

HELLO = FromWorker(hello=Hello(name="w", host="h", instance="i", capacity=1))
BEAT = FromWorker(heartbeat=True)


async def test_frames_pass_in_order_both_ways() -> None:
    worker, server = memory_link()
    await worker.send(HELLO)
    await worker.send(BEAT)
    await server.send(FromServer(drain=True))
    assert [await server.receive(), await server.receive()] == [HELLO, BEAT]
    assert await worker.receive() == FromServer(drain=True)


async def test_who_waits_is_woken_by_a_frame() -> None:
    worker, server = memory_link()
    waiting = asyncio.create_task(server.receive())
    await asyncio.sleep(0)
    await worker.send(BEAT)
    assert await waiting == BEAT


async def test_what_was_sent_before_the_end_is_still_received() -> None:
    worker, server = memory_link()
    await worker.send(BEAT)
    await worker.close()
    assert await server.receive() == BEAT
    with pytest.raises(LinkClosed):
        await server.receive()


async def test_closing_one_end_closes_both_for_who_waits_and_who_sends() -> None:
    worker, server = memory_link()
    waiting = asyncio.create_task(worker.receive())
    await asyncio.sleep(0)
    await server.close()
    with pytest.raises(LinkClosed):
        await waiting
    with pytest.raises(LinkClosed):
        await worker.send(BEAT)
    with pytest.raises(LinkClosed):
        await server.send(FromServer())


class Far:
    """A server elsewhere, of which only the socket is real."""

    def __init__(self) -> None:
        self.token: str | None = None
        self.path = ""
        self.connection: asyncio.Future[ServerConnection] = asyncio.get_running_loop().create_future()
        self.closed = asyncio.Event()

    async def handle(self, connection: ServerConnection) -> None:
        assert connection.request
        self.path = connection.request.path
        self.token = connection.request.headers.get("Authorization")
        self.connection.set_result(connection)
        await connection.wait_closed()
        self.closed.set()


@pytest.fixture
async def far() -> AsyncIterator[tuple[Far, str]]:
    made = Far()
    async with serve(made.handle, "127.0.0.1", 0) as server:
        yield made, address(server)


@pytest.fixture
async def connected(far: tuple[Far, str]) -> AsyncIterator[tuple[WebSocketLink, ServerConnection]]:
    link = await dial(far[1], None)
    yield link, await far[0].connection
    await link.close()


def address(server: Server) -> str:
    host, port = next(iter(server.sockets)).getsockname()[:2]
    return f"ws://{host}:{port}"


async def test_dialling_shows_the_token_at_the_workers_door(far: tuple[Far, str]) -> None:
    server, url = far
    link = await dial(f"{url}/", "secret")
    await server.connection
    assert (server.path, server.token) == ("/ws/worker", "Bearer secret")
    await link.close()
    await asyncio.wait_for(server.closed.wait(), 10)


async def test_frames_cross_a_websocket_as_json_text(connected: tuple[WebSocketLink, ServerConnection]) -> None:
    link, server = connected
    await link.send(HELLO)
    said = await server.recv()
    assert isinstance(said, str)
    assert msgspec.json.decode(said, type=FromWorker) == HELLO
    await server.send('{"drain":true}')
    assert await link.receive() == FromServer(drain=True)


async def test_assignments_beyond_the_bound_of_a_workers_frame_arrive(
    connected: tuple[WebSocketLink, ServerConnection],
) -> None:
    link, server = connected
    assign = [Assign(execution_id=n, attempt=1, fence=1, args='"' + "x" * 1_000_000 + '"') for n in range(20)]
    sending = asyncio.create_task(server.send(msgspec.json.encode(FromServer(assign=assign)).decode()))
    assert len((await link.receive()).assign) == 20
    await sending


@pytest.mark.parametrize("nonsense", ["{", '{"assign": 1}', '{"welcome": {"lease_seconds": 0}}'])
async def test_a_frame_that_makes_no_sense_ends_the_session(
    connected: tuple[WebSocketLink, ServerConnection], nonsense: str
) -> None:
    link, server = connected
    await server.send(nonsense)
    with pytest.raises(LinkClosed):
        await link.receive()


async def test_a_server_that_goes_away_closes_the_link(connected: tuple[WebSocketLink, ServerConnection]) -> None:
    link, server = connected
    server.transport.abort()
    with pytest.raises(LinkClosed):
        await link.receive()
    with pytest.raises(LinkClosed):
        await link.send(BEAT)


async def test_where_nobody_listens_is_unreachable(far: tuple[Far, str]) -> None:
    async with serve(far[0].handle, "127.0.0.1", 0) as server:
        url = address(server)
    with pytest.raises(Unreachable, match=rf"The server at {url} cannot be reached: Connection refused\."):
        await dial(url, None)


async def test_a_host_that_does_not_exist_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="cannot be reached"):
        await dial("ws://no.such.host.invalid:1", None)


@pytest.mark.parametrize("url", ["ws://127.0.0.1:99999", "nonsense", "http://127.0.0.1:8000", "ws://[::1"])
async def test_what_is_no_address_is_not_tried_again(url: str) -> None:
    with pytest.raises(CannotStart, match="is no server's address"):
        await dial(url, None)


def answering(status: HTTPStatus) -> Callable[[ServerConnection, Request], Response]:
    return lambda connection, _request: connection.respond(status, "")


@pytest.mark.parametrize(
    ("status", "error", "sentence"),
    [
        (HTTPStatus.UNAUTHORIZED, Denied, r"does not let this worker in \(HTTP 401\): .*--token"),
        (HTTPStatus.FORBIDDEN, Denied, r"\(HTTP 403\)"),
        (HTTPStatus.NOT_FOUND, Unreachable, "it answers with HTTP 404"),
        (HTTPStatus.SERVICE_UNAVAILABLE, Unreachable, "it answers with HTTP 503"),
    ],
)
async def test_a_refusal_at_the_door_says_whether_to_try_again(
    far: tuple[Far, str], status: HTTPStatus, error: type[Exception], sentence: str
) -> None:
    async with serve(far[0].handle, "127.0.0.1", 0, process_request=answering(status)) as server:
        with pytest.raises(error, match=sentence):
            await dial(address(server), "wrong")
