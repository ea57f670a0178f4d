"""What every screen has in common: it asks the backend, takes the answers, and asks again when something happened."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import reflex as rx

from belfry_ui import client, live

LOOK_ROUND_SECONDS = 20.0
PAUSE_SECONDS = 0.03
LEISURE = 3
"""A tab rests three times as long as a refresh took: under a storm of events it sees the latest, less often."""


class Screen(rx.State, mixin=True):
    """One screen of one tab. `_asks` names what it reads, `_take` makes its rows from the answers.

    Rows are replaced whole and matched by their keys in the browser, so that they change in place.
    """

    loaded: bool = False
    problem: str = ""
    is_missing: bool = False
    _shown_key: str = ""
    _said: list[Any] | None = None

    def _asks(self) -> Iterable[str]:
        """The API paths whose answers this screen shows."""
        return ()

    def _take(self, *answers: Any) -> None:
        """Show the answers to `_asks`, in their order."""

    def _concerns(self, event: live.Event) -> bool:
        """Whether an event of the feed can change what is shown."""
        return event["type"] != "execution.log"

    def _pulse(self) -> float:
        """After how many quiet seconds to look again; LOOK_ROUND_SECONDS where nothing changes without an event."""
        return LOOK_ROUND_SECONDS

    def _is_stale(self, events: list[live.Event]) -> bool:
        if not self.loaded:
            return False
        if not events:
            return self._pulse() < LOOK_ROUND_SECONDS
        return any(event["type"] == "reset" or self._concerns(event) for event in events)

    def _key(self) -> str:
        """What is shown; another key begins anew with a skeleton."""
        return self.router.url.path

    def _named(self) -> str:
        """What the address names: the second part of its path."""
        return self.router.url.path.split("/")[2]

    def _query(self, name: str, default: str = "") -> str:
        return self.router.url.query_parameters.get(name, default)

    def _link(self, **changes: Any) -> str:
        """This page's address with other parameters; those that are empty are left out, and paging starts afresh."""
        query = {**self.router.url.query_parameters, "page": "", **changes}
        told = urlencode({name: value for name, value in query.items() if value not in ("", None)})
        return f"{self.router.url.path}?{told}" if told else self.router.url.path

    def _begin(self) -> None:
        if self._shown_key != self._key():
            self._shown_key, self.loaded = self._key(), False
            self.problem, self.is_missing = "", False

    def _told(self, answers: list[Any] | client.Refused) -> None:
        """Take the answers, or say why there are none and leave what is shown."""
        if isinstance(answers, client.Refused):
            self.problem, self.is_missing = answers.detail, answers.status == 404
            return
        self.problem, self.is_missing, self.loaded = "", False, True
        self._said = answers
        self._take(*answers)

    @rx.event
    async def load(self) -> AsyncIterator[None]:
        """Read everything that is shown."""
        self._begin()
        yield
        self._told(await self._answers(self._asks()))

    @classmethod
    async def _answers(cls, asks: Iterable[str]) -> list[Any] | client.Refused:
        try:
            return await cls._fetch(asks)
        except client.Refused as refused:
            return refused

    @classmethod
    async def _fetch(cls, asks: Iterable[str]) -> list[Any]:
        """What the backend says to each question. Raises Refused."""
        return await client.gather(*asks)


SCREENS: dict[str, type[Screen]] = {}
"""Which screen a route shows; Reflex calls the first page `index`."""


class Live(rx.State):
    """Keeps the screen of one tab up to date."""

    @rx.event(background=True)
    async def follow(self) -> None:
        """Refresh the screen after what concerns it, until the tab is gone or follows anew."""
        tab = self.router.session.client_token
        with live.listening(tab) as listener:
            pulse = LOOK_ROUND_SECONDS
            while not listener.has_left and is_open(tab):
                events = await listener.batch(pulse)
                began = monotonic()
                pulse = await self._refresh(events)
                await asyncio.sleep(max(PAUSE_SECONDS, LEISURE * (monotonic() - began)))

    async def _refresh(self, events: list[live.Event]) -> float:
        """Read the screen again if it is stale after these events. Answers in how many seconds to look again."""
        async with self:
            screen = await self._shown()
            if not screen or not screen._is_stale(events):
                return screen._pulse() if screen else LOOK_ROUND_SECONDS
            key, asks = screen._key(), tuple(screen._asks())
        told = await screen._answers(asks)
        async with self:
            screen = await self._shown()
            if screen and (screen._key(), tuple(screen._asks())) == (key, asks) and screen._said != told:
                screen._told(told)
            return screen._pulse() if screen else LOOK_ROUND_SECONDS

    async def _shown(self) -> Screen | None:
        state = SCREENS.get(self.router.route_id.strip("/"))
        return await self.get_state(state) if state else None


def is_open(tab: str) -> bool:
    """Whether a browser still holds the tab's socket."""
    from belfry_ui.app import app

    namespace = app.event_namespace
    return namespace is not None and tab in namespace.token_to_sid
