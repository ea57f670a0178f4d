"""A real PostgreSQL for the whole run, and a database of its own, cloned from a template, for each test that asks."""

import asyncio
import itertools
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from threading import Thread
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from belfry.records import db, migrations
from processes import belfry

KEEPER = """
import asyncio, sys
from pathlib import Path
from belfry.records import postgres

async def main():
    async with await postgres.start(Path(sys.argv[1]), print) as server:
        print(server.url, flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""

_numbers = itertools.count(1)


def at_database(url: str, name: str) -> str:
    """The URL of another database on the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An embedded PostgreSQL that lives as long as the run."""
    command = [sys.executable, "-c", KEEPER, str(tmp_path_factory.mktemp("postgres"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as keeper:
        assert keeper.stdout
        yield next(line.strip() for line in keeper.stdout if line.startswith("postgresql://"))
        keeper.kill()


@pytest.fixture(scope="session")
def template(postgres_url: str) -> str:
    """The name of a migrated, empty database."""
    name = "belfry_template"

    async def make() -> None:
        connection = await asyncpg.connect(postgres_url)
        await connection.execute(f"create database {name}")
        await connection.close()
        url = at_database(postgres_url, name)
        await db.open_pool(url)
        await migrations.migrate(url)
        await db.close_pool()

    asyncio.run(make())
    return name


@pytest.fixture
async def database_url(postgres_url: str, template: str) -> AsyncIterator[str]:
    """The URL of a fresh database; it is gone after the test."""
    name = f"belfry_test_{next(_numbers)}"
    connection = await asyncpg.connect(postgres_url)
    await connection.execute(f"create database {name} template {template}")
    yield at_database(postgres_url, name)
    await connection.execute(f"drop database {name} with (force)")
    await connection.close()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[str]:
    """A fresh database that `records` is connected to; its URL."""
    await db.open_pool(database_url)
    yield database_url
    await db.close_pool()


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server with its page and its local pool, without jobs."""
    folder = tmp_path_factory.mktemp("belfry")
    command = [belfry(), "up", "--port", "0", "--data-dir", str(folder / "data"), "--no-samples"]
    with (folder / "log").open("w+") as log, subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr
        said = next(line for line in server.stderr if " is at http://" in line)
        Thread(target=shutil.copyfileobj, args=(server.stderr, log)).start()
        yield said.split()[-1]
        server.terminate()
        assert server.wait(20) == 0
