"""A worker over a link in memory: slots, ends of every kind, reconnecting, leaving."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import pytest

from belfry.author import attempt as attempts
from belfry.author.context import Context
from belfry.author.link import LinkClosed, MemoryLink, Unreachable, WorkerLink, memory_link
from belfry.author.worker import Worker
from belfry.rules.commands import Cancel, Command, Registry, RetryLater
from belfry.rules.wire import Assign, Finished, FromServer, FromWorker, Hello, Holding, Started, Welcome

registry = Registry()
held = threading.Event()


def serves(handler: Callable[..., Any]) -> Callable[..., Any]:
    registry.add(Command(handler))
    return handler


@serves
async def add(ctx: Context, a: int, b: int) -> int:
    """Add."""
    ctx.log("adding")
    ctx.progress(1, 1)
    return a + b


@serves
async def wait(ctx: Context) -> None:
    """Wait for ever."""
    await asyncio.Event().wait()


@serves
async def stubborn(ctx: Context) -> None:
    """Go on when told to stop, once."""
    with suppress(asyncio.CancelledError):
        await asyncio.Event().wait()
    await asyncio.Event().wait()


@serves
def thread(ctx: Context) -> str:
    """Say in which thread it runs."""
    return threading.current_thread().name


@serves
def stuck(ctx: Context) -> None:
    """Hang until the test lets go."""
    held.wait(20)


@serves
def leave(ctx: Context) -> None:
    """Try to end the process."""
    raise SystemExit(3)


@serves
async def broken(ctx: Context) -> None:
    """Fail."""
    raise ValueError("no \0 good")


@serves
async def later(ctx: Context) -> None:
    """Ask for another time."""
    raise RetryLater(30, "busy")


@serves
async def never(ctx: Context) -> None:
    """Give it up."""
    raise Cancel("not needed")


class Server:
    """The server's side, played by hand."""

    def __init__(self) -> None:
        self.link: MemoryLink[FromServer, FromWorker]
        self.dials = 0
        self.connected = asyncio.Event()
        self.said: list[FromWorker] = []

    async def dial(self) -> WorkerLink:
        self.dials += 1
        mine, self.link = memory_link()
        self.connected.set()
        return mine

    async def welcome(self) -> Hello:
        await asyncio.wait_for(self.connected.wait(), 10)
        self.connected.clear()
        hello = (await self.link.receive()).hello
        assert hello
        await self.link.send(FromServer(welcome=Welcome(lease_seconds=15, heartbeat_seconds=5)))
        return hello

    async def assign(self, number: int, name: str, limit: float | None = None, **args: object) -> Holding:
        holding = Holding(execution_id=number, attempt=1, fence=number)
        await self.link.send(
            FromServer(
                assign=[
                    Assign(
                        execution_id=number,
                        attempt=1,
                        fence=number,
                        job_id="job",
                        command=name,
                        args=json.dumps(args),
                        due_at="2026-01-01T00:00:00+00:00",
                        timeout_seconds=limit,
                    )
                ]
            )
        )
        return holding

    async def begins(self) -> Started:
        """The next report of a start."""
        while not (frame := await asyncio.wait_for(self.link.receive(), 20)).started:
            pass
        return frame.started[0]

    async def ends(self, count: int = 1) -> list[Finished]:
        """The next reports of an end."""
        found: list[Finished] = []
        async with asyncio.timeout(20):
            while len(found) < count:
                self.said.append(await self.link.receive())
                found += self.said[-1].finished
        return found


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
async def worker(server: Server) -> AsyncIterator[Worker]:
    made = Worker("w", "host", 4, registry, {"site": "here"})
    running = asyncio.create_task(made.run(server.dial))
    yield made
    await made.drain(0)
    await running


async def test_a_worker_introduces_itself_and_carries_out_what_it_is_given(server: Server, worker: Worker) -> None:
    hello = await server.welcome()
    assert (hello.name, hello.capacity, hello.labels) == ("w", 4, {"site": "here"})
    assert "add" in [offer.name for offer in hello.commands]
    await server.assign(1, "add", a=2, b=3)
    (end,) = await server.ends()
    assert (end.outcome, end.result) == ("succeeded", "5")
    (frame,) = server.said
    assert [line.message for line in frame.log] == ["adding"]
    assert frame.started[0].execution_id == 1


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("broken", {"outcome": "failed", "error": "ValueError: no \ufffd good"}),
        ("later", {"outcome": "failed", "retry_in_seconds": 30, "error": "RetryLater: busy"}),
        ("never", {"outcome": "cancelled", "reason": "not needed"}),
        ("leave", {"outcome": "failed", "error": "The handler tried to end the worker: SystemExit(3)"}),
        ("nothing", {"outcome": "failed"}),
    ],
)
async def test_whatever_a_handler_raises_becomes_the_end_of_its_attempt(
    server: Server, worker: Worker, name: str, facts: dict[str, Any]
) -> None:
    await server.welcome()
    await server.assign(1, name)
    (end,) = await server.ends()
    for field, value in facts.items():
        said = getattr(end, field)
        assert said.startswith(value) if field == "error" else said == value
    await server.assign(2, "add", a=1, b=1)
    assert (await server.ends())[0].result == "2"


async def test_arguments_that_do_not_fit_fail_by_name(server: Server, worker: Worker) -> None:
    await server.welcome()
    await server.assign(1, "add", a="x")
    (end,) = await server.ends()
    assert end.outcome == "failed"
    assert end.error and "args." in end.error


async def test_a_sync_handler_runs_in_a_thread_and_a_stuck_one_holds_up_no_other(
    server: Server, worker: Worker
) -> None:
    await server.welcome()
    for number in range(1, 5):
        await server.assign(number, "stuck")
    await server.assign(5, "thread")
    (end,) = await server.ends()
    assert end.execution_id == 5
    assert end.result != '"MainThread"'
    held.set()
    await server.ends(4)
    held.clear()


async def test_a_cancelled_handler_ends_as_cancelled(server: Server, worker: Worker) -> None:
    await server.welcome()
    holding = await server.assign(1, "wait")
    await server.link.send(FromServer(cancel=[holding]))
    (end,) = await server.ends()
    assert (end.outcome, end.reason) == ("cancelled", "cancelled on request")


async def test_a_handler_that_will_not_stop_is_left_to_itself(
    server: Server, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "STOP_SECONDS", 0.05)
    await server.welcome()
    await server.assign(1, "stubborn", limit=0.05)
    (end,) = await server.ends()
    assert (end.outcome, end.reason, end.error) == ("failed", "timeout", "timed out after 0.05 s")


async def test_a_revoked_attempt_says_nothing_more(server: Server, worker: Worker) -> None:
    await server.welcome()
    holding = await server.assign(1, "wait")
    await server.link.send(FromServer(revoke=[holding]))
    await server.assign(2, "add", a=1, b=1)
    assert [end.execution_id for end in await server.ends()] == [2]


async def test_after_a_lost_connection_it_comes_back_with_what_it_holds_and_says_again_what_may_be_lost(
    server: Server, worker: Worker
) -> None:
    first = await server.welcome()
    waiting = await server.assign(1, "wait")
    await server.assign(2, "add", a=1, b=1)
    (end,) = await server.ends()
    await server.link.close()
    hello = await server.welcome()
    assert hello.instance == first.instance
    assert {held.execution_id for held in hello.holding} == {waiting.execution_id, end.execution_id}
    assert [again.execution_id for again in await server.ends()] == [2]


async def test_a_server_that_cannot_be_reached_is_tried_again(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("belfry.author.worker.FIRST_PAUSE_SECONDS", 0.01)
    tries = 0

    async def dial() -> WorkerLink:
        nonlocal tries
        tries += 1
        if tries < 4:
            raise Unreachable(url="ws://nowhere", why="nobody listens")
        return await server.dial()

    made = Worker("w", "host", 1, registry, {})
    running = asyncio.create_task(made.run(dial))
    await server.welcome()
    assert tries == 4
    await made.drain(0)
    await running


async def test_a_worker_that_leaves_lets_what_runs_finish_and_takes_nothing_new(server: Server, worker: Worker) -> None:
    await server.welcome()
    await server.assign(1, "stuck")
    await server.begins()
    leaving = asyncio.create_task(worker.drain(10))
    while not (await server.link.receive()).draining:
        pass
    await server.assign(2, "add", a=1, b=1)
    returned = (await server.link.receive()).returned
    assert [holding.execution_id for holding in returned] == [2]
    held.set()
    assert [end.outcome for end in await server.ends()] == ["succeeded"]
    held.clear()
    await leaving
    with pytest.raises(LinkClosed):
        while True:
            await server.link.receive()
