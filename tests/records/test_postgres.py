"""The embedded server against real processes and real kills."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from belfry.ground.errors import CannotStart
from belfry.records import postgres
from belfry.records.postgres import locks

USER = """
import asyncio, sys
from pathlib import Path
from belfry.records import postgres

async def main():
    async with await postgres.start(Path(sys.argv[1]), lambda line: None) as server:
        print(server.url, flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""

User = subprocess.Popen[str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def a_user(folder: Path) -> Iterator[Callable[[], User]]:
    """Starts another process that uses the server, in a process group of its own."""
    users: list[User] = []

    def start() -> User:
        command = [sys.executable, "-c", USER, str(folder)]
        users.append(
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
        )
        return users[-1]

    yield start
    for user in users:
        user.kill()
        user.communicate()


@pytest.fixture
def a_bystander() -> Iterator[Callable[[int], int]]:
    """Starts a process of a user that has nothing to do with PostgreSQL, and must live on."""
    bystanders: list[subprocess.Popen[bytes]] = []

    def start(user: int) -> int:
        another = user if user != os.geteuid() else None
        bystanders.append(subprocess.Popen(["cat"], stdin=subprocess.PIPE, user=another))
        return bystanders[-1].pid

    yield start
    for bystander in bystanders:
        bystander.communicate()
        assert bystander.returncode == 0


@pytest.fixture
def said() -> asyncio.Queue[str]:
    return asyncio.Queue()


@pytest.fixture
async def server(folder: Path, said: asyncio.Queue[str]) -> AsyncIterator[postgres.Server]:
    async with await postgres.start(folder, said.put_nowait) as server:
        await fetch(server.url, "create table kept (line text)")
        await fetch(server.url, "insert into kept values ('committed')")
        yield server


async def fetch(url: str, query: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetch(query)
    finally:
        await connection.close()


async def url_of(user: User) -> str:
    assert user.stdout
    return (await asyncio.to_thread(user.stdout.readline)).strip()


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


async def until_said(said: asyncio.Queue[str], line: str) -> None:
    async with asyncio.timeout(20):
        while await said.get() != line:
            pass


async def until_nothing_runs(folder: Path) -> None:
    """Each process of the server, and its watchman, holds a lock as long as it lives."""
    for name in ("watchman.lock", "server.lock"):
        lock = await asyncio.to_thread(locks.wait, folder / name, 10)
        assert lock is not None, f"{name} is still held"
        os.close(lock)


def kill_group(leader: int) -> None:
    os.killpg(leader, signal.SIGKILL)


def kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)


def watchman_of(folder: Path) -> int:
    return int((folder / "watchman.lock").read_text())


def postmaster_of(folder: Path) -> int:
    return int((folder / "postgres/postmaster.pid").read_text().split()[0])


async def kept(url: str) -> list[str]:
    return [row["line"] for row in await fetch(url, "select line from kept")]


async def test_what_was_committed_is_there_at_the_next_start(folder: Path, server: postgres.Server) -> None:
    await server.close()
    async with await postgres.start(folder, print) as again:
        assert await kept(again.url) == ["committed"]
        assert int(again.version.split(".")[0]) >= 15


async def test_racing_starters_share_one_server(folder: Path, a_user: Callable[[], User]) -> None:
    users = [a_user() for _ in range(3)]
    urls = {await url_of(user) for user in users}
    assert len(urls) == 1
    async with await postgres.start(folder, print) as server:
        assert urls == {server.url}


async def test_only_the_password_opens_the_server_and_only_its_owner_reads_it(
    folder: Path, server: postgres.Server
) -> None:
    address = urlsplit(server.url)
    assert address.hostname == "127.0.0.1"
    assert (folder / "url").stat().st_mode & 0o777 == 0o600
    with pytest.raises(asyncpg.InvalidPasswordError):
        await fetch(server.url.replace(str(address.password), "guessed"), "select 1")


async def test_the_death_of_the_last_user_ends_the_server(folder: Path, a_user: Callable[[], User]) -> None:
    first, last = a_user(), a_user()
    url = await url_of(first)
    assert await url_of(last) == url
    kill_group(first.pid)
    first.wait()
    assert await fetch(url, "select 1")
    kill_group(last.pid)
    await until_nothing_runs(folder)


async def test_a_killed_server_comes_back_with_what_was_committed(
    folder: Path, server: postgres.Server, said: asyncio.Queue[str]
) -> None:
    kill(postmaster_of(folder))
    await until_said(said, "PostgreSQL answers again.")
    assert await kept(server.url) == ["committed"]


async def test_a_killed_watchman_is_replaced_and_still_leaves_no_orphan(
    folder: Path, server: postgres.Server, said: asyncio.Queue[str]
) -> None:
    kill(watchman_of(folder))
    await until_said(said, "PostgreSQL answers again.")
    assert await kept(server.url) == ["committed"]
    await server.close()
    await until_nothing_runs(folder)


async def test_watchman_and_user_killed_together_leave_no_orphan_and_a_folder_that_starts(
    folder: Path, a_user: Callable[[], User]
) -> None:
    user = a_user()
    await fetch(await url_of(user), "create table kept (line text)")
    kill(watchman_of(folder))
    kill_group(user.pid)
    await until_nothing_runs(folder)
    async with await postgres.start(folder, print) as server:
        assert await kept(server.url) == []
    await until_nothing_runs(folder)


@pytest.mark.parametrize("end", [kill, kill_group])
async def test_a_database_half_made_is_made_anew(
    folder: Path, a_user: Callable[[], User], end: Callable[[int], None]
) -> None:
    user = a_user()
    await asyncio.to_thread(until, (folder / "staging/postgres/base").exists)
    end(user.pid)
    user.wait()
    assert not (folder / "postgres").exists()
    async with await postgres.start(folder, print) as server:
        assert await fetch(server.url, "select 1")
    assert not (folder / "staging").exists()


async def test_a_pid_file_whose_number_another_process_has_now_is_cleared(
    folder: Path, server: postgres.Server, a_bystander: Callable[[int], int]
) -> None:
    await server.close()
    await until_nothing_runs(folder)
    number = a_bystander((folder / "postgres").stat().st_uid)
    (folder / "postgres/postmaster.pid").write_text(f"{number}\n{folder}/postgres\n0\n0\n\n127.0.0.1\n0 0\n")
    async with await postgres.start(folder, print) as again:
        assert await kept(again.url) == ["committed"]


async def test_a_port_that_a_stranger_has_taken_is_given_up(folder: Path, server: postgres.Server) -> None:
    await server.close()
    await until_nothing_runs(folder)
    port = urlsplit(server.url).port
    with socket.create_server(("127.0.0.1", port or 0)):
        async with await postgres.start(folder, print) as elsewhere:
            assert urlsplit(elsewhere.url).port != port
            assert await kept(elsewhere.url) == ["committed"]


async def test_the_log_is_bounded_and_keeps_its_end(folder: Path, server: postgres.Server) -> None:
    log = folder / "postgres.log"
    with log.open("ab", buffering=0) as file:
        file.write(b" " * 9_000_000 + b"the last line\n")
    await asyncio.to_thread(until, lambda: log.stat().st_size < 2_000_000)
    assert b"the last line\n" in log.read_bytes()


def test_a_folder_that_holds_something_else_is_left_alone(folder: Path) -> None:
    folder.mkdir()
    (folder / "thesis.txt").write_text("dear")
    with pytest.raises(CannotStart, match=r"is not empty and not made by Belfry: choose another with --data-dir\."):
        asyncio.run(postgres.start(folder, print))
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]


def test_a_folder_of_another_major_version_names_both_versions(folder: Path) -> None:
    (folder / "postgres").mkdir(parents=True)
    (folder / "users.lock").touch()
    (folder / "postgres/PG_VERSION").write_text("9\n")
    with pytest.raises(CannotStart, match=r"made by PostgreSQL 9, but .* has \d+.*set BELFRY_POSTGRES_BIN"):
        asyncio.run(postgres.start(folder, print))


async def test_a_chosen_folder_without_programs_is_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=f"BELFRY_POSTGRES_BIN is {tmp_path}, but no postgres and initdb"):
        await postgres.start(folder, print, tmp_path)


def test_a_data_folder_that_is_a_file_is_one_clear_sentence(folder: Path) -> None:
    folder.touch()
    with pytest.raises(CannotStart, match=f"The data folder {folder} cannot be used: File exists"):
        asyncio.run(postgres.start(folder, print))


async def test_a_server_that_does_not_start_says_why_in_its_own_words(folder: Path, server: postgres.Server) -> None:
    await server.close()
    await until_nothing_runs(folder)
    with (folder / "postgres/postgresql.conf").open("a") as conf:
        conf.write("max_connections = none\n")
    with pytest.raises(CannotStart, match=r"PostgreSQL did not start in .*postgres\.log"):
        await postgres.start(folder, print)
    await until_nothing_runs(folder)
