"""The event log: every event once, in the order of ids, however many write at once."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.records import db, events
from belfry.records.events import Cursor, Gap, passable

pytestmark = pytest.mark.asyncio


class Undone(Exception):
    """A transaction that is not to be committed."""


async def tell(job_id: str) -> None:
    await db.fetch("tell_job", await db.now(), "job.updated", job_id)


async def test_a_reader_waits_at_a_gap_until_it_is_filled(database: str) -> None:
    cursor = await events.begin()
    written, committed = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with db.transaction():
            await tell("slow")
            written.set()
            await committed.wait()

    task = asyncio.create_task(slow())
    await written.wait()
    await tell("quick")
    assert await events.read(cursor) == []
    assert cursor.gap
    assert await events.read(cursor) == []
    committed.set()
    await task
    assert [event.job_id for event in await events.read(cursor)] == ["slow", "quick"]
    assert cursor.gap is None


async def test_a_gap_that_nobody_will_fill_is_passed(database: str) -> None:
    cursor = await events.begin()
    with pytest.raises(Undone):
        async with db.transaction():
            await tell("never")
            raise Undone
    await tell("kept")
    assert await events.read(cursor) == []
    assert cursor.gap
    assert [event.job_id for event in await events.read(cursor)] == ["kept"]
    assert cursor.gap is None


async def test_many_writers_at_once_are_all_read_once_and_in_order(database: str) -> None:
    cursor = await events.begin()
    seen: list[events.Event] = []
    writing = True

    async def write(writer: int) -> None:
        for number in range(25):
            try:
                async with db.transaction():
                    await tell(f"{writer}/{number}")
                    if number % 5 == writer % 5:
                        raise Undone
            except Undone:
                continue

    async def read() -> None:
        while writing or cursor.gap:
            seen.extend(await events.read(cursor, 50))

    reading = asyncio.create_task(read())
    await asyncio.gather(*[write(writer) for writer in range(20)])
    writing = False
    await reading
    while batch := await events.read(cursor):
        seen.extend(batch)
    kept = [row["id"] for row in await db.pool().fetch("select id from events order by id")]
    assert [event.id for event in seen] == kept
    assert len(kept) == 20 * 20


async def test_a_cursor_begins_where_nothing_can_still_appear_before_it(database: str) -> None:
    written, committed = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with db.transaction():
            await tell("slow")
            written.set()
            await committed.wait()

    task = asyncio.create_task(slow())
    await written.wait()
    await tell("quick")
    beginning = asyncio.create_task(events.begin())
    done, _ = await asyncio.wait({beginning}, timeout=0.1)
    assert not done
    committed.set()
    await task
    assert (await beginning).after == 2


@given(
    st.lists(st.integers(1, 30), unique=True).map(sorted),
    st.integers(0, 10),
    st.none() | st.builds(Gap, upto=st.integers(0, 30), horizon=st.integers(0, 5)),
    st.integers(0, 5),
)
async def test_what_is_passed_has_no_gap_that_could_still_be_filled(
    ids: list[int], after: int, gap: Gap | None, oldest_open: int
) -> None:
    ids = [found for found in ids if found > after]
    passed = passable(ids, Cursor(after, gap), oldest_open)
    expected = after
    for found in ids[:passed]:
        assert found == expected + 1 or (gap and found <= gap.upto and oldest_open >= gap.horizon)
        expected = found
