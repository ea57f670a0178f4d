"""The one subscription and its listeners."""

import asyncio
import json

from belfry_ui import live


async def a_listener() -> live.Listener:
    listener = live.Listener()
    assert await listener.batch(1) == [live.RESET]
    return listener


async def test_a_listener_hears_in_order_and_all_at_once() -> None:
    listener = await a_listener()
    for number in range(3):
        listener.hear({"id": number, "type": "job.updated"})
    assert [event["id"] for event in await listener.batch(1)] == [0, 1, 2]


async def test_a_listener_that_falls_behind_is_told_to_read_again() -> None:
    listener = await a_listener()
    for number in range(live.ROOM_EVENTS + 1):
        listener.hear({"id": number, "type": "job.updated"})
    assert await listener.batch(1) == [live.RESET]


async def test_quiet_ends_the_wait() -> None:
    listener = await a_listener()
    assert await listener.batch(0.01) == []


async def test_the_last_to_listen_for_a_tab_is_the_only_one() -> None:
    with live.listening("tab") as first:
        with live.listening("tab") as second:
            assert first.has_left
        assert not second.has_left
    with live.listening("tab") as again:
        assert not again.has_left


async def test_a_feed_that_breaks_off_is_resumed_behind_the_last_event(monkeypatch) -> None:
    monkeypatch.setattr(live, "PAUSE_SECONDS", 0.0)
    asked: list[bytes] = []

    async def feed(scope, receive, send) -> None:
        asked.append(scope["query_string"])
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": json.dumps({"id": 6 + len(asked), "type": "job.updated"})})
        if len(asked) == 1:
            await send({"type": "websocket.close", "code": 1012})
        else:
            await receive()

    heard: list[int] = []
    async with asyncio.timeout(5):
        with live.listening("tab") as listener:
            async with live.following(feed):
                while len(heard) < 2:
                    heard += [event["id"] for event in await listener.batch(1) if event != live.RESET]
    assert heard == [7, 8]
    assert asked == [b"", b"after=7"]
