"""A worker over a link in memory: slots, ends of every kind, reconnecting, leaving."""

import asyncio
import itertools
import json
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from typing import Any

import pytest

from belfry.author import attempt as attempts
from belfry.author import worker as workers
from belfry.author.context import Context
from belfry.author.link import Denied, LinkClosed, MemoryLink, Unreachable, WorkerLink, memory_link
from belfry.author.worker import Worker
from belfry.ground.errors import CannotStart
from belfry.rules.commands import Cancel, Command, Registry, RetryLater
from belfry.rules.wire import Assign, Finished, FromServer, FromWorker, Hello, Holding, Started, Welcome

registry = Registry()
held = threading.Event()
stopped = threading.Semaphore(0)


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
    try:
        await asyncio.Event().wait()
    finally:
        stopped.release()


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
        self.fences = itertools.count(1)

    async def dial(self) -> WorkerLink:
        self.dials += 1
        mine, self.link = memory_link()
        self.connected.set()
        return mine

    async def hello(self) -> Hello:
        await asyncio.wait_for(self.connected.wait(), 10)
        self.connected.clear()
        hello = (await self.link.receive()).hello
        assert hello
        return hello

    async def welcome(self, lease: float = 15, heartbeat: float = 5, revoke: Sequence[Holding] = ()) -> Hello:
        hello = await self.hello()
        welcome = Welcome(lease_seconds=lease, heartbeat_seconds=heartbeat)
        await self.link.send(FromServer(welcome=welcome, revoke=[*revoke]))
        return hello

    async def assign(self, number: int, name: str, limit: float | None = None, **args: object) -> Holding:
        fence = next(self.fences)
        holding = Holding(execution_id=number, attempt=1, fence=fence)
        await self.link.send(
            FromServer(
                assign=[
                    Assign(
                        execution_id=number,
                        attempt=1,
                        fence=fence,
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

    async def begins(self, count: int = 1) -> list[Started]:
        """The next reports of a start."""
        found: list[Started] = []
        async with asyncio.timeout(20):
            while len(found) < count:
                found += (await self.link.receive()).started
        return found

    async def ends(self, count: int = 1) -> list[Finished]:
        """The next reports of an end."""
        found: list[Finished] = []
        async with asyncio.timeout(20):
            while len(found) < count:
                self.said.append(await self.link.receive())
                found += self.said[-1].finished
        return found


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "FIRST_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(workers, "LONGEST_PAUSE_SECONDS", 0.02)


@pytest.fixture
def server() -> Server:
    while stopped.acquire(blocking=False):
        pass
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


async def test_a_server_that_cannot_be_reached_is_tried_again(server: Server) -> None:
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


async def test_the_same_complaint_is_made_once_until_a_session_stands(
    server: Server, worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        await server.hello()
        await server.link.send(FromServer(refused="Another one has that name."))
    await server.welcome()
    await server.link.send(FromServer(refused="This frame makes no sense."))
    await server.welcome()
    await server.link.close()
    await server.welcome()
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        "w: The server refused this worker: Another one has that name. It is tried again.",
        "w: The server refused this worker: This frame makes no sense. It is tried again.",
        "w: The connection was closed. It is tried again.",
    ]


async def test_a_server_that_does_not_let_it_in_ends_the_worker_and_what_it_runs(server: Server) -> None:

    async def dial() -> WorkerLink:
        if server.dials:
            raise Denied(url="ws://there", status=403)
        return await server.dial()

    made = Worker("w", "host", 1, registry, {})
    running = asyncio.create_task(made.run(dial))
    await server.welcome()
    await server.assign(1, "wait")
    await server.begins()
    await server.link.close()
    with pytest.raises(Denied, match=r"does not let this worker in \(HTTP 403\)"):
        await running
    await made.drain(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_server_that_does_not_answer_is_left_for_another_try(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "ANSWER_SECONDS", 0.2)
    made = Worker("w", "host", 1, registry, {})
    running = asyncio.create_task(made.run(server.dial))
    await server.hello()
    silent = server.link
    await server.welcome()
    with pytest.raises(LinkClosed):
        await silent.receive()
    await made.drain(0)
    await running


async def test_when_the_lease_ends_what_runs_is_given_up_without_a_word(server: Server, worker: Worker) -> None:
    await server.welcome(lease=0.05)
    await server.assign(1, "wait")
    await server.begins()
    await server.link.close()
    while (await server.hello()).holding:
        await server.link.close()
    await server.link.send(FromServer(welcome=Welcome(lease_seconds=15, heartbeat_seconds=5)))
    await server.assign(2, "add", a=1, b=1)
    assert [end.execution_id for end in await server.ends()] == [2]


async def test_every_heartbeat_prolongs_the_lease(server: Server, worker: Worker) -> None:
    await server.welcome(lease=0.2, heartbeat=0.02)
    holding = await server.assign(1, "wait")
    beats = 0
    while beats < 20:
        beats += (await server.link.receive()).heartbeat
    await server.link.send(FromServer(cancel=[holding]))
    assert [end.outcome for end in await server.ends()] == ["cancelled"]


async def test_in_a_new_session_it_says_again_what_has_begun_and_drops_what_is_no_longer_its_own(
    server: Server, worker: Worker
) -> None:
    await server.welcome()
    kept, lost = await server.assign(1, "wait"), await server.assign(2, "wait")
    await server.begins(2)
    await server.link.close()
    await server.welcome(revoke=[lost])
    (again,) = await server.begins()
    assert (again.execution_id, again.fence) == (1, kept.fence)
    assert again.age_seconds > 0
    await server.link.send(FromServer(cancel=[kept, lost]))
    assert [end.execution_id for end in await server.ends()] == [1]


async def test_what_comes_again_under_a_new_fence_takes_the_place_of_the_old(server: Server, worker: Worker) -> None:
    await server.welcome()
    old = await server.assign(1, "wait")
    await server.begins()
    new = await server.assign(1, "wait")
    await server.begins()
    assert await asyncio.to_thread(stopped.acquire, timeout=10)
    await server.link.send(FromServer(cancel=[old]))
    await server.link.send(FromServer(cancel=[new]))
    (end,) = await server.ends()
    assert (end.fence, end.outcome) == (new.fence, "cancelled")


async def test_a_drained_worker_goes_on_and_takes_what_it_is_still_given(server: Server, worker: Worker) -> None:
    await server.welcome()
    await server.link.send(FromServer(drain=True))
    await server.assign(1, "add", a=1, b=2)
    assert [end.result for end in await server.ends()] == ["3"]


async def test_a_worker_that_is_told_to_leave_while_it_dials_leaves_at_once() -> None:
    dialling = asyncio.Event()

    async def dial() -> WorkerLink:
        dialling.set()
        await asyncio.Event().wait()
        raise AssertionError

    made = Worker("w", "host", 1, registry, {})
    running = asyncio.create_task(made.run(dial))
    await dialling.wait()
    await made.drain(10)
    await asyncio.wait_for(running, 10)


async def test_a_worker_that_leaves_comes_back_within_its_grace_to_tell_how_it_ended(
    server: Server, worker: Worker
) -> None:
    await server.welcome()
    await server.assign(1, "stuck")
    await server.begins()
    await server.link.close()
    leaving = asyncio.create_task(worker.drain(10))
    await server.welcome()
    while not (await server.link.receive()).draining:
        pass
    held.set()
    assert [end.outcome for end in await server.ends()] == ["succeeded"]
    held.clear()
    await leaving


async def test_what_does_not_end_within_the_grace_is_left_unreported(server: Server, worker: Worker) -> None:
    await server.welcome()
    await server.assign(1, "wait")
    await server.begins()
    await worker.drain(0)
    with pytest.raises(LinkClosed):
        while True:
            assert not (await server.link.receive()).finished


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "my worker"}, "name"),
        ({"name": ""}, "name"),
        ({"capacity": 0}, "capacity"),
        ({"labels": {"a": "\0"}}, "labels"),
        ({"host": "\ud800"}, "host"),
    ],
)
def test_a_worker_that_no_server_would_take_says_so_at_once(given: dict[str, Any], field: str) -> None:
    with pytest.raises(CannotStart, match=rf"^No server would take this worker: .* at `\$\.{field}"):
        Worker(**{"name": "w", "host": "host", "capacity": 1, "registry": registry, "labels": {}} | given)
