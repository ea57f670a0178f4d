"""The feed: one reader of the event log per process, and everybody who follows it."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable

from belfry.records import events, signals
from belfry.records.events import Cursor, Event

LOOK_AGAIN_SECONDS = 1.0
GAP_SECONDS = 0.01
BACKLOG = 10_000
"""A follower that has so many events unread is cut off."""


class TooSlow(Exception):
    """A follower did not keep up."""


class TooFarBack(Exception):
    """The events a follower asks for are no longer kept."""


class Follower:
    """One reader of the feed, with its own bounded backlog."""

    def __init__(self, wants: Callable[[Event], bool]) -> None:
        self._wants = wants
        self._backlog: deque[Event] = deque()
        self._arrived = asyncio.Event()
        self._too_slow = False

    def offer(self, batch: list[Event]) -> None:
        """Take from a batch what this follower wants to see."""
        wanted = [event for event in batch if self._wants(event)]
        if len(self._backlog) + len(wanted) > BACKLOG:
            self._too_slow = True
            self._backlog.clear()
        elif wanted and not self._too_slow:
            self._backlog.extend(wanted)
        else:
            return
        self._arrived.set()

    async def next(self) -> list[Event]:
        """Wait for events and take all there are; TooSlow once it has been cut off."""
        await self._arrived.wait()
        self._arrived.clear()
        if self._too_slow:
            raise TooSlow
        batch = list(self._backlog)
        self._backlog.clear()
        return batch


class Feed:
    """Reads the event log once for all followers of this process, and not at all while there are none."""

    def __init__(self) -> None:
        self.alarm = signals.alarm("events")
        self._cursor: Cursor | None = None
        self._beginning = asyncio.Lock()
        self._interested = 0
        self._followers: set[Follower] = set()

    @property
    def following(self) -> int:
        """How many see what happens as it happens; those that still read what they missed do not yet."""
        return len(self._followers)

    async def turn(self) -> float:
        """Read on and hand out; seconds until the next look."""
        if not self._interested:
            self._cursor = None
        if self._cursor is None:
            return LOOK_AGAIN_SECONDS
        batch = await events.read(self._cursor)
        for follower in self._followers:
            follower.offer(batch)
        if self._cursor.gap:
            return GAP_SECONDS
        return 0 if len(batch) == events.BATCH else LOOK_AGAIN_SECONDS

    async def follow(self, wants: Callable[[Event], bool], after: int | None = None) -> AsyncGenerator[list[Event]]:
        """Events as they come, in batches and in the order of their ids; with `after`, first all that came after it.

        TooFarBack when those are no longer kept, or never were; TooSlow when the caller doesn't keep up.
        """
        self._interested += 1
        try:
            cursor = await self._reached()
            position = cursor.after
            if after is not None:
                await _refuse_too_far_back(after)
                position = after
            while position < cursor.after:
                batch = await events.between(position, upto := cursor.after)
                position = batch[-1].id if batch else upto
                if wanted := [event for event in batch if wants(event)]:
                    yield wanted
            async for batch in self._live(Follower(wants)):
                if batch := [event for event in batch if event.id > position]:
                    yield batch
        finally:
            self._interested -= 1

    async def _live(self, follower: Follower) -> AsyncGenerator[list[Event]]:
        self._followers.add(follower)
        try:
            while True:
                yield await follower.next()
        finally:
            self._followers.discard(follower)

    async def _reached(self) -> Cursor:
        """Where the feed is; it begins with the first follower."""
        async with self._beginning:
            if self._cursor is None:
                self._cursor = await events.begin()
        return self._cursor


async def _refuse_too_far_back(after: int) -> None:
    oldest, newest = await events.span()
    if not oldest - 1 <= after <= newest:
        raise TooFarBack
