"""A worker: takes assignments over a link, runs each in a slot of its own, and reports what came of it."""

import asyncio
import logging
import random
import uuid
from collections.abc import Awaitable, Callable, Mapping

import msgspec

from belfry import __version__
from belfry.author.attempt import Attempt
from belfry.author.link import LinkClosed, Unreachable, WorkerLink
from belfry.author.outbox import Outbox, holding
from belfry.ground.clock import Alarm
from belfry.ground.errors import BelfryError
from belfry.rules.commands import Registry
from belfry.rules.wire import Assign, FromServer, FromWorker, Hello, Holding, Welcome

log = logging.getLogger(__name__)

Dial = Callable[[], Awaitable[WorkerLink]]

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 15.0

GATHER_SECONDS = 0.002
"""What is said within this time goes out together: an end so short after its start spares the server a record."""


class Refused(BelfryError):
    """The server refused this worker: {reason}"""


class Worker:
    """A worker under one name for the life of a process. It keeps what it runs across sessions.

    `capacity` slots; `labels` say what it is; the registry holds the commands it can carry out.
    """

    def __init__(self, name: str, host: str, capacity: int, registry: Registry, labels: Mapping[str, str]) -> None:
        self.name = name
        self._hello = Hello(
            name=name,
            host=host,
            instance=uuid.uuid4().hex,
            capacity=capacity,
            labels=dict(labels),
            commands=registry.offers(),
            version=__version__,
        )
        self._registry = registry
        self._attempts: dict[int, Attempt] = {}
        self._outbox = Outbox()
        self._link: WorkerLink | None = None
        self._lease_seconds = 0.0
        self._leaving = False
        self._left = Alarm()
        self._idle = asyncio.Event()
        self._idle.set()

    async def run(self, dial: Dial) -> None:
        """Serve over link after link, with growing pauses while there is none, until `drain` has ended the last one.

        What runs goes on meanwhile, for as long as the lease lasts that the last session had.
        """
        pause, said = FIRST_PAUSE_SECONDS, ""
        while not self._leaving:
            ended = asyncio.get_running_loop().call_later(self._lease_seconds, self._abandon)
            try:
                link = await dial()
                welcome = await self._introduce(link)
                ended.cancel()
                pause, said = FIRST_PAUSE_SECONDS, ""
                if self._leaving:
                    await link.close()
                else:
                    await self._serve(link, welcome)
            except (Unreachable, Refused, LinkClosed) as error:
                said = self._complain(str(error), said)
                await self._left.sleep(pause * random.uniform(0.5, 1))
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            finally:
                ended.cancel()

    async def drain(self, grace_seconds: float) -> None:
        """Take nothing new, let what runs finish within the grace period, hand the rest back, and leave."""
        self._leaving = True
        self._left.ring()
        await self._send(FromWorker(draining=True))
        try:
            async with asyncio.timeout(grace_seconds):
                await self._idle.wait()
        except TimeoutError:
            log.warning("%s: %d attempts did not end within the grace period", self.name, len(self._attempts))
            self._abandon()
            await self._idle.wait()
        while frame := self._outbox.take():
            await self._send(frame)
        if self._link:
            await self._link.close()

    def _complain(self, sentence: str, said: str) -> str:
        if sentence != said:
            log.warning("%s: %s It is tried again.", self.name, sentence or "The connection was closed.")
        return sentence

    async def _introduce(self, link: WorkerLink) -> Welcome:
        """Say hello; Refused when the server does not want this worker."""
        holds = [holding(attempt.assign) for attempt in self._attempts.values()] + self._outbox.repeat()
        await link.send(FromWorker(hello=msgspec.structs.replace(self._hello, holding=holds)))
        first = await link.receive()
        if first.welcome is None:
            await link.close()
            raise Refused(reason=first.refused or "no welcome was said")
        self._obey(first)
        self._lease_seconds = first.welcome.lease_seconds
        return first.welcome

    async def _serve(self, link: WorkerLink, welcome: Welcome) -> None:
        """One session, until its link closes."""
        self._link = link
        talking = [asyncio.create_task(self._beat(welcome)), asyncio.create_task(self._speak())]
        try:
            while True:
                self._obey(await link.receive())
        except LinkClosed:
            log.debug("%s: the link is closed", self.name)
        finally:
            self._link = None
            for task in talking:
                task.cancel()
            await asyncio.gather(*talking, return_exceptions=True)

    def _obey(self, frame: FromServer) -> None:
        for ended in frame.revoke:
            if attempt := self._held(ended):
                attempt.revoke()
        for ended in frame.cancel:
            if attempt := self._held(ended):
                attempt.cancel()
        for assign in frame.assign:
            self._begin(assign)
        if frame.drain:
            log.info("%s: drained: it is given nothing new until it is resumed", self.name)

    def _begin(self, assign: Assign) -> None:
        if self._leaving:
            self._outbox.returned(holding(assign))
            return
        attempt = Attempt(assign, self._outbox, self._ended)
        self._attempts[assign.execution_id] = attempt
        self._idle.clear()
        attempt.begin(self._registry)

    def _ended(self, attempt: Attempt) -> None:
        if self._attempts.get(attempt.assign.execution_id) is attempt:
            del self._attempts[attempt.assign.execution_id]
        if not self._attempts:
            self._idle.set()

    def _held(self, named: Holding) -> Attempt | None:
        attempt = self._attempts.get(named.execution_id)
        return attempt if attempt and attempt.assign.fence == named.fence else None

    def _abandon(self) -> None:
        """Stop what runs without a word: it is nobody's any more, or goes to another worker."""
        for attempt in list(self._attempts.values()):
            attempt.revoke()

    async def _speak(self) -> None:
        """Send what there is to say, all of it at once, whenever there is something."""
        while True:
            await self._outbox.alarm.sleep(60)
            await asyncio.sleep(GATHER_SECONDS)
            if frame := self._outbox.take():
                await self._send(frame)

    async def _beat(self, welcome: Welcome) -> None:
        while True:
            await asyncio.sleep(welcome.heartbeat_seconds)
            self._outbox.forget(welcome.lease_seconds)
            await self._send(FromWorker(heartbeat=True))

    async def _send(self, frame: FromWorker) -> None:
        """Send over the link there is; that one has closed is noticed by whoever listens."""
        try:
            if self._link:
                await self._link.send(frame)
        except LinkClosed:
            log.debug("%s: the link is closed; what matters is said again in the next session", self.name)
