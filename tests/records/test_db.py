"""The one way to the database: transactions, columns, and what is said when it cannot be reached."""

import asyncio
from datetime import UTC

import pytest

from belfry.ground.errors import CannotStart
from belfry.records import db
from belfry.records.tables import Job
from conftest import at_database
from factories import a_job


async def test_a_transaction_within_another_is_part_of_it(database: str) -> None:
    with pytest.raises(ZeroDivisionError):
        async with db.transaction():
            async with db.transaction():
                await db.fetch("tell_job", await db.now(), "job.updated", "job")
            raise ZeroDivisionError
    assert await db.pool().fetchval("select count(*) from events") == 0


async def test_piccolo_takes_part_in_the_transaction(database: str) -> None:
    with pytest.raises(ZeroDivisionError):
        async with db.transaction():
            job_id = await a_job(await db.now())
            assert await Job.count().where(Job.id == job_id) == 1
            raise ZeroDivisionError
    assert await Job.count() == 0


async def test_transactions_of_two_tasks_are_two(database: str) -> None:
    both = asyncio.Barrier(2)

    async def tell() -> int:
        async with db.transaction():
            await db.fetch("tell_job", await db.now(), "job.updated", "job")
            await both.wait()
            (span,) = await db.fetch("event_span")
            await both.wait()
        return span["newest"] - span["oldest"]

    assert await asyncio.gather(tell(), tell()) == [0, 0]


async def test_a_cancelled_transaction_leaves_its_connection_usable(database: str) -> None:
    inside = asyncio.Event()

    async def linger() -> None:
        async with db.transaction():
            await db.fetch("tell_job", await db.now(), "job.updated", "job")
            inside.set()
            await asyncio.Event().wait()

    for _ in range(15):
        task = asyncio.create_task(linger())
        await inside.wait()
        inside.clear()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert await db.pool().fetchval("select count(*) from events") == 0


async def test_the_clock_is_postgresqls_own_in_utc(database: str) -> None:
    now = await db.now()
    assert now.tzinfo is not None
    assert now.utcoffset() == UTC.utcoffset(now)
    assert now <= await db.now()


def test_rows_become_columns_and_a_column_of_nulls_is_sent_empty() -> None:
    assert db.columns([(1, None, "a"), (2, None, None)], 3) == [[1, 2], [], ["a", None]]
    assert db.columns([], 2) == [[], []]


async def test_a_text_is_found_as_it_stands(database: str) -> None:
    for text, inside in (("100%", True), ("1_0", False), ("\\", True)):
        assert await db.pool().fetchval("select 'at 100% of C:\\x' like $1", db.containing(text)) is inside


async def test_a_database_that_cannot_be_reached_is_named_without_its_password() -> None:
    with pytest.raises(CannotStart, match=r"postgresql://me@127\.0\.0\.1:1/x") as refused:
        await db.open_pool("postgresql://me:secret@127.0.0.1:1/x")
    assert "secret" not in str(refused.value)


async def test_a_database_that_does_not_exist_is_said_to_be_missing(postgres_url: str) -> None:
    with pytest.raises(CannotStart, match="nowhere"):
        await db.open_pool(at_database(postgres_url, "nowhere"))


async def test_nothing_is_fetched_without_a_database() -> None:
    with pytest.raises(CannotStart, match="not open"):
        await db.fetch("clock")
