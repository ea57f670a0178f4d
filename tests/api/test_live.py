"""The live feed over a real websocket, and workers over theirs."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from belfry.author.builtins import echo
from belfry.author.link import dial
from belfry.author.worker import Worker
from belfry.rules.commands import Command, Registry


async def until(feed: Any, kind: str, **facts: Any) -> list[dict[str, Any]]:
    """What the feed says up to the event of that kind."""
    told: list[dict[str, Any]] = []
    async with asyncio.timeout(20):
        while True:
            told.append(json.loads(await feed.recv()))
            if told[-1]["type"] == kind and facts.items() <= told[-1].items():
                return told


async def test_an_execution_is_told_from_beginning_to_end(api: httpx.AsyncClient, a_job: Any, follow: str) -> None:
    async with connect(follow) as feed:
        job = await a_job()
        execution = (await api.post(f"/jobs/{job['id']}/run")).json()
        told = await until(feed, "execution.succeeded", execution_id=execution["id"])
    mine = [event for event in told if event.get("execution_id") == execution["id"]]
    assert [event["type"] for event in mine] == [
        f"execution.{state}" for state in ("queued", "assigned", "running", "succeeded")
    ]
    assert [event["id"] for event in told] == sorted({event["id"] for event in told})
    assert mine[-1] | {"id": 0, "at": "", "data": {}, "worker_id": ""} == {
        "id": 0,
        "at": "",
        "type": "execution.succeeded",
        "job_id": job["id"],
        "execution_id": execution["id"],
        "attempt": 1,
        "worker_id": "",
        "data": {},
    }


async def test_what_was_missed_is_replayed_before_what_comes(api: httpx.AsyncClient, a_job: Any, follow: str) -> None:
    async with connect(follow) as feed:
        job = await a_job()
        first = (await until(feed, "job.created", job_id=job["id"]))[-1]
    for _ in range(3):
        await api.patch(f"/jobs/{job['id']}", json={"description": "x"})
    async with connect(f"{follow}?after={first['id']}&topics=jobs") as feed:
        await api.put(f"/jobs/{job['id']}/status", json={"status": "paused"})
        told = await until(feed, "job.paused", job_id=job["id"])
    assert [event["type"] for event in told if event["job_id"] == job["id"]] == ["job.updated"] * 3 + ["job.paused"]


async def test_a_reader_from_a_time_that_never_was_reads_everything_anew(follow: str) -> None:
    async with connect(f"{follow}?after=999999999999") as feed:
        assert json.loads(await feed.recv()) == {"type": "reset"}


@pytest.mark.parametrize("query", ["after=soon", "topics=gossip", "topics=logs:x"])
async def test_a_wrong_question_closes_with_the_reason(follow: str, query: str) -> None:
    async with connect(f"{follow}?{query}") as feed:
        with pytest.raises(ConnectionClosed) as closed:
            await feed.recv()
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 4000
    assert closed.value.rcvd.reason


async def test_topics_let_through_only_themselves(api: httpx.AsyncClient, a_job: Any, follow: str) -> None:
    job = await a_job(command="default", args={"payload": "said"})
    execution = (await api.post(f"/jobs/{job['id']}/run")).json()
    async with connect(f"{follow}?after=0&topics=logs:{execution['id']}") as feed:
        told = json.loads(await asyncio.wait_for(feed.recv(), 20))
    assert (told["type"], told["data"]) == ("execution.log", {"level": "INFO", "message": "said"})


async def test_a_page_of_another_site_gets_no_feed(follow: str) -> None:
    with pytest.raises(Exception, match="403"):
        async with connect(follow, origin="https://evil.example"):
            pass


async def test_a_remote_worker_serves_its_own_commands_and_leaves_in_order(
    api: httpx.AsyncClient, a_job: Any, follow: str
) -> None:
    registry = Registry()
    registry.add(Command(echo, "remote_echo"))
    worker = Worker("remote", "elsewhere", 2, registry, {"site": "remote"})
    url = follow.removesuffix("/ws/events")
    async with connect(f"{follow}?topics=workers,executions") as feed:
        running = asyncio.create_task(worker.run(lambda: dial(url, None)))
        await until(feed, "worker.online", worker_id="remote")
        job = await a_job(command="remote_echo", labels={"site": "remote"})
        execution = (await api.post(f"/jobs/{job['id']}/run")).json()
        told = await until(feed, "execution.succeeded", execution_id=execution["id"])
        assert told[-1]["worker_id"] == "remote"
        await worker.drain(5)
        await running
        await until(feed, "worker.offline", worker_id="remote")


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        ('{"heartbeat": true}', "hello"),
        ('{"hello": {"name": "a b", "host": "h", "instance": "i", "capacity": 1}}', "name"),
        ('{"hello": {"name": "a", "host": "h", "instance": "i", "capacity": 0}}', "capacity"),
        ("no json", "JSON"),
    ],
)
async def test_a_worker_that_makes_no_sense_is_told_why(follow: str, frame: str, reason: str) -> None:
    async with connect(follow.replace("/ws/events", "/ws/worker")) as socket:
        await socket.send(frame)
        assert reason in json.loads(await asyncio.wait_for(socket.recv(), 20))["refused"]
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(socket.recv(), 20)
