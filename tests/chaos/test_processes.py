"""Real processes that are started, ended and killed."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from processes import address, belfry, started

SECOND = timedelta(seconds=1)


class Server:
    """`belfry up` in a process of its own."""

    def __init__(self, folder: Path, port: int, *flags: str) -> None:
        self.process = started("up", "--port", str(port), "--data-dir", str(folder / "data"), *flags)
        self.address = address(self.process)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(20)

    def end(self) -> int:
        self.process.terminate()
        return self.process.wait(30)


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts servers on one data folder."""
    servers: list[Server] = []

    def start(port: int = 0, *flags: str) -> Server:
        servers.append(Server(tmp_path, port, "--no-samples", *flags))
        return servers[-1]

    yield start
    for server in servers:
        if server.process.poll() is None:
            server.end()


@asynccontextmanager
async def client(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"{server.address}/api", timeout=20) as api:
        yield api


async def succeeded(server: Server, job_id: str, count: int) -> int:
    """Wait for so many successes of the job; the id of the last event."""
    url = server.address.replace("http", "ws", 1) + "/ws/events?topics=executions"
    async with asyncio.timeout(30), connect(url) as feed:
        while True:
            event = json.loads(await feed.recv())
            if event["type"] == "execution.succeeded" and event["job_id"] == job_id:
                count -= 1
                if count == 0:
                    return event["id"]


async def history(server: Server, job_id: str) -> list[dict[str, Any]]:
    async with client(server) as api:
        return (await api.get(f"/jobs/{job_id}/executions?size=200")).json()["items"][::-1]


def instants(rows: list[dict[str, Any]]) -> list[datetime]:
    """Every instant on record, those of folded skips too."""
    found: list[datetime] = []
    for row in rows:
        first = datetime.fromisoformat(row["due_at"])
        found += [first + 2 * SECOND * step for step in range(row["skipped_count"] or 1)]
    return found


async def test_a_server_killed_in_between_loses_nothing_and_doubles_nothing(up: Callable[..., Server]) -> None:
    server = up()
    async with client(server) as api:
        asked = {"name": "Two", "schedule": "every 2 seconds", "command": "echo", "args": {"message": 1}}
        job_id = (await api.post("/jobs", json=asked)).json()["id"]
    for _ in range(2):
        await succeeded(server, job_id, 2)
        before = await history(server, job_id)
        server.kill()
        server = up(int(server.address.rsplit(":", 1)[1]))
        await succeeded(server, job_id, 1)
        after = await history(server, job_id)
        done = [row for row in before if row["finished_at"]]
        assert after[: len(done)] == done
    found = instants(after)
    assert found == [found[0] + 2 * SECOND * step for step in range(len(found))]
    assert {row["state"] for row in after[:-1]} <= {"succeeded", "skipped"}


async def test_what_an_outage_missed_is_one_record_that_says_so_and_one_fire_that_stands_for_it(
    up: Callable[..., Server],
) -> None:
    server = up()
    async with client(server) as api:
        asked = {
            "name": "Each",
            "schedule": "every second",
            "command": "echo",
            "args": {"message": 1},
            "overlap": "allow",
        }
        job_id = (await api.post("/jobs", json=asked)).json()["id"]
    await succeeded(server, job_id, 1)
    server.kill()
    await asyncio.sleep(3)  # How long the outage lasts is what the test is about.
    server = up()
    await succeeded(server, job_id, 1)
    async with client(server) as api:
        fires = (await api.get(f"/jobs/{job_id}/fires?size=200")).json()["items"]
        missed = next(fire for fire in fires if fire["reason"] == "misfire")
        made_up_for = next(fire for fire in fires if fire["stands_for"])
        assert made_up_for["stands_for"] == missed["count"] + 1
        why = (await api.get(f"/jobs/{job_id}/why", params={"at": missed["last_due_at"]})).json()
    assert "found only at" in why["text"]


async def test_work_that_ran_when_its_server_was_killed_is_done_again(up: Callable[..., Server]) -> None:
    server = up()
    async with client(server) as api:
        asked = {"name": "Long", "schedule": "manual", "command": "sleep", "args": {"seconds": 2}}
        job_id = (await api.post("/jobs", json=asked)).json()["id"]
        url = server.address.replace("http", "ws", 1) + "/ws/events?topics=executions"
        async with connect(url) as feed:
            execution = (await api.post(f"/jobs/{job_id}/run")).json()
            while json.loads(await asyncio.wait_for(feed.recv(), 20))["type"] != "execution.running":
                pass
    server.kill()
    server = up()
    await succeeded(server, job_id, 1)
    (row,) = await history(server, job_id)
    assert (row["id"], row["state"], row["attempt"]) == (execution["id"], "succeeded", 2)
    assert [attempt["outcome"] for attempt in row["attempts"]] == ["lost", "succeeded"]


async def test_what_runs_may_finish_when_a_server_is_told_to_end(up: Callable[..., Server]) -> None:
    server = up()
    async with client(server) as api:
        asked = {"name": "Short", "schedule": "manual", "command": "sleep", "args": {"seconds": 1}}
        job_id = (await api.post("/jobs", json=asked)).json()["id"]
        await api.post(f"/jobs/{job_id}/run")
    assert server.end() == 0
    server = up()
    rows = await history(server, job_id)
    assert [(row["state"], row["attempt"]) for row in rows] in ([("succeeded", 1)], [("queued", 0)], [("succeeded", 2)])


async def test_two_servers_on_one_data_folder_share_its_database(up: Callable[..., Server]) -> None:
    first = up()
    second = up()
    async with client(first) as one, client(second) as two:
        asked = {"name": "Shared", "schedule": "manual", "command": "echo", "args": {"message": 1}}
        job_id = (await one.post("/jobs", json=asked)).json()["id"]
        assert (await two.get(f"/jobs/{job_id}")).json()["name"] == "Shared"
        assert len((await two.get("/system/status")).json()["servers"]) == 2


def test_nothing_is_left_behind_when_a_server_ends(up: Callable[..., Server], tmp_path: Path) -> None:
    server = up()
    assert server.end() == 0
    url = (tmp_path / "data" / "url").read_text()
    port = int(re.findall(r":(\d+)/", url)[0])
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return
        os.sched_yield()
    pytest.fail("PostgreSQL still answers")


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [belfry(), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={name: value for name, value in os.environ.items() if not name.startswith("BELFRY_")} | environment,
    )


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (["up", "--port", "70000"], {}, "70000"),
        (["up", "--data-dir", "/proc/none"], {}, "/proc/none"),
        (["up", "--host", "192.0.2.1", "--port", "0"], {}, "192.0.2.1"),
        (["server"], {}, "BELFRY_DATABASE_URL"),
        (["server", "--port", "0"], {"BELFRY_DATABASE_URL": "postgresql://me:secret@127.0.0.1:1/x"}, "127.0.0.1:1/x"),
        (["migrate"], {"BELFRY_DATABASE_URL": "nonsense"}, "BELFRY_DATABASE_URL"),
        (["up"], {"BELFRY_PORT": "many"}, "BELFRY_PORT"),
        (["up"], {"BELFRY_POOL": "a@b"}, "BELFRY_POOL"),
        (["worker", "--server", "http://here"], {}, "--server"),
        (["worker", "--server", "ws://here", "--import", "nowhere"], {}, "nowhere"),
        (["worker", "--server", "ws://here", "--label", "gpu"], {}, "--label"),
    ],
)
def test_what_cannot_start_says_why_in_one_sentence(
    arguments: list[str], environment: dict[str, str], said: str
) -> None:
    done = run(*arguments, **environment)
    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr


def test_a_port_in_use_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("up", "--port", str(port))
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"belfry: Port {port} of 127.0.0.1 is in use: end what listens there, or choose another with --port."
    ]


async def test_servers_and_a_worker_share_one_database(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "my_jobs.py").write_text(
        "from belfry import Context, command\n\n\n@command\ndef greet(ctx: Context, name: str) -> str:\n"
        "    ctx.log('greeting')\n    return f'Hello {name}'\n"
    )
    environment = os.environ | {"BELFRY_DATABASE_URL": database_url}
    servers = [started("server", "--port", "0", "--no-samples", env=environment) for _ in range(2)]
    addresses = [address(server) for server in servers]
    url = addresses[0].replace("http", "ws", 1)
    worker = started("worker", "--server", url, "--name", "remote", "--import", "my_jobs", cwd=tmp_path)
    try:
        async with (
            httpx.AsyncClient(base_url=addresses[1], timeout=20) as client,
            connect(addresses[1].replace("http", "ws", 1) + "/ws/events?after=0") as feed,
        ):
            while json.loads(await asyncio.wait_for(feed.recv(), 20))["type"] != "worker.online":
                pass
            asked = {"name": "Greet", "schedule": "manual", "command": "greet", "args": {"name": "you"}}
            job_id = (await client.post("/api/jobs", json=asked)).json()["id"]
            execution = (await client.post(f"/api/jobs/{job_id}/run")).json()
            while json.loads(await asyncio.wait_for(feed.recv(), 20))["type"] != "execution.succeeded":
                pass
            done = (await client.get(f"/api/executions/{execution['id']}")).json()
            assert (done["result"], done["worker_id"]) == ("Hello you", "remote")
    finally:
        for process in (worker, *servers):
            process.send_signal(signal.SIGTERM)
        assert [process.wait(30) for process in (worker, *servers)] == [0, 0, 0]
