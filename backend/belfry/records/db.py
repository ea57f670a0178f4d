"""The database: one engine, one way to run a named statement, one clock.

SQL that moves state lives in `sql/<verb>.sql` and runs through `fetch`, inside the current transaction if there is one.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, cast

import asyncpg
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

from belfry.ground.errors import CannotStart
from belfry.records import signals


class Engine(PostgresEngine):
    """Piccolo's engine without its look at the server while it is imported, when no address is known yet."""

    async def check_version(self) -> None:
        """Left to `open_pool`."""


engine = Engine(config={})
"""Its pool is asyncpg's. Configured by `open_pool`."""

Row = Mapping[str, Any]

CLOSE_SECONDS = 5.0

_rings: ContextVar[set[str] | None] = ContextVar("belfry_rings", default=None)

UNREACHABLE = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
)
"""What asyncpg raises when the database cannot be reached right now."""

_SETTINGS = {
    "application_name": "belfry",
    "timezone": "UTC",
    "jit": "off",
    "plan_cache_mode": "force_custom_plan",
    "idle_in_transaction_session_timeout": "60s",
}


async def open_pool(url: str, size: int = 10) -> None:
    """Open at most `size` connections to the database at `url`; CannotStart when it can't be reached or is too old."""
    engine.config = {"dsn": url, "server_settings": _SETTINGS}
    try:
        await engine.start_connection_pool(min_size=1, max_size=size, command_timeout=60)
        version = await _version()
    except (*UNREACHABLE, ValueError, asyncpg.PostgresError) as error:
        await close_pool()
        raise CannotStart(
            reason=f"The database at {without_password(url)} cannot be reached: {error or type(error).__name__}. "
            "Check BELFRY_DATABASE_URL and that PostgreSQL runs."
        ) from error
    if version < 150000:
        await close_pool()
        raise CannotStart(reason=f"PostgreSQL {version // 10000} is too old: Belfry needs 15 or newer.")


async def _version() -> int:
    return int(await pool().fetchval("show server_version_num"))


async def close_pool() -> None:
    """Close all connections, those still in use after `CLOSE_SECONDS` too."""
    if engine.pool is None:
        return
    closing, engine.pool = engine.pool, None
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await closing.close()
    except TimeoutError:
        closing.terminate()


def pool() -> Any:
    """The pool of connections; CannotStart while there is none."""
    if engine.pool is None:
        raise CannotStart(reason="The database is not open.")
    return engine.pool


def without_password(url: str) -> str:
    """The URL as it may be shown."""
    return re.sub(r"(//[^:/@]*):[^@]*@", r"\1@", url)


@cache
def statement(name: str) -> str:
    """The text of `sql/<name>.sql`."""
    return files("belfry.records").joinpath("sql", f"{name}.sql").read_text("utf-8")


async def fetch(name: str, *args: object) -> list[Row]:
    """Run `sql/<name>.sql` and return its rows, in the current transaction if there is one."""
    transaction = engine.current_transaction.get()
    runner = transaction.connection if transaction else pool()
    return cast(list[Row], await runner.fetch(statement(name), *args))


async def fetch_one(name: str, *args: object) -> Row | None:
    """The first row of `sql/<name>.sql`, or None."""
    rows = await fetch(name, *args)
    return rows[0] if rows else None


async def script(sql: str) -> None:
    """Run several statements without arguments, in the current transaction."""
    transaction = engine.current_transaction.get()
    await (transaction.connection if transaction else pool()).execute(sql)


async def now() -> datetime:
    """PostgreSQL's clock, the one authority on time."""
    rows = await fetch("clock")
    return rows[0]["now"]


@asynccontextmanager
async def transaction() -> AsyncGenerator[None]:
    """One transaction; within another it joins that one. What was rung in it sounds after the commit."""
    if _rings.get() is not None:
        yield
        return
    rings: set[str] = set()
    token = _rings.set(rings)
    try:
        async with pool().acquire() as connection, connection.transaction():
            with _shared(connection):
                yield
    finally:
        _rings.reset(token)
    signals.ring(*rings)


@contextmanager
def _shared(connection: Any) -> Generator[None]:
    """Let Piccolo's queries run on this connection too. Its own `transaction()` loses the connection when cancelled."""
    current = PostgresTransaction(engine)
    current.connection = connection
    token = engine.current_transaction.set(current)
    try:
        yield
    finally:
        engine.current_transaction.reset(token)


def ring(*topics: str) -> None:
    """Wake the loops that sleep on these topics, here and on every server: after the commit, if in a transaction."""
    rings = _rings.get()
    if rings is None:
        signals.ring(*topics)
    else:
        rings.update(topics)


def columns(rows: Sequence[Sequence[object]], width: int) -> list[list[object]]:
    """Rows turned into `width` columns, as `unnest` takes them; it fills up a column of nulls, which is sent empty."""
    if not rows:
        return [[] for _ in range(width)]
    columns = [list(column) for column in zip(*rows, strict=True)]
    return [columns[0], *[[] if column.count(None) == len(column) else column for column in columns[1:]]]


def containing(text: str) -> str:
    """The pattern for `like` that finds the text as it stands anywhere."""
    return "%" + re.sub(r"([%_\\])", r"\\\1", text) + "%"
