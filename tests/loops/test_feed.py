"""The feed: what follows it sees everything from where it wants, and holds up nobody."""

import asyncio
from contextlib import aclosing

import pytest

from belfry.loops import feed as feeds
from belfry.loops.feed import Feed, TooFarBack, TooSlow
from belfry.records import db
from belfry.records.events import Event

pytestmark = pytest.mark.usefixtures("database")


async def tell(count: int = 1) -> None:
    for _ in range(count):
        await db.fetch("tell_job", await db.now(), "job.updated", "job")


def everything(event: Event) -> bool:
    return True


async def take(feed: Feed, count: int, after: int | None = None) -> list[int]:
    """The ids of the next events of a follower, at least so many."""
    found: list[int] = []
    async with aclosing(feed.follow(everything, after)) as batches:
        async for batch in batches:
            found += [event.id for event in batch]
            if len(found) >= count:
                return found
    return found


async def joined(feed: Feed, count: int = 1) -> None:
    """Wait until so many followers see what happens as it happens."""
    async with asyncio.timeout(10):
        for _ in iter(lambda: feed.following < count, False):
            await asyncio.sleep(0)


async def test_a_follower_sees_what_happens_from_now_on() -> None:
    feed = Feed()
    await tell(3)
    taking = asyncio.create_task(take(feed, 2))
    await joined(feed)
    await tell(2)
    await feed.turn()
    assert await taking == [4, 5]


async def test_a_replay_joins_the_live_feed_without_loss_or_doubling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds.events, "BATCH", 7)
    feed = Feed()
    await tell(40)

    async def go_on() -> None:
        for _ in range(30):
            await tell()
            await feed.turn()

    taken, _ = await asyncio.gather(take(feed, 60, after=10), go_on())
    assert taken[:60] == list(range(11, 71))


async def test_what_is_no_longer_kept_is_too_far_back() -> None:
    feed = Feed()
    await tell(10)
    await db.pool().execute("delete from events where id < 5")
    for after in (2, 11):
        with pytest.raises(TooFarBack):
            await take(feed, 1, after)
    assert await take(feed, 6, after=4) == [5, 6, 7, 8, 9, 10]


async def test_a_slow_follower_is_cut_off_and_the_others_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "BACKLOG", 5)
    feed = Feed()
    slow = feed.follow(everything)
    waiting = asyncio.create_task(anext(slow))
    quick = asyncio.create_task(take(feed, 8))
    await joined(feed, 2)
    await tell(4)
    await feed.turn()
    await waiting
    await tell(3)
    await feed.turn()
    while not quick.done():
        await tell(1)
        await feed.turn()
        await asyncio.sleep(0)
    await tell(3)
    await feed.turn()
    with pytest.raises(TooSlow):
        while True:
            await anext(slow)
    assert len(quick.result()) >= 8


async def test_nothing_is_read_while_nobody_follows() -> None:
    feed = Feed()
    taking = asyncio.create_task(take(feed, 1))
    await joined(feed)
    await tell()
    await feed.turn()
    assert await taking == [1]
    await tell(2)
    await feed.turn()
    taking = asyncio.create_task(take(feed, 1))
    await joined(feed)
    await tell()
    await feed.turn()
    assert await taking == [4]
