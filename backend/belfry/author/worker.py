"""A worker: takes assignments over a link, runs each in a slot of its own, and reports what came of it."""

import asyncio
import logging
import random
import uuid
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

import msgspec

from belfry import __version__
from belfry.author.attempt import Attempt
from belfry.author.link import LinkClosed, Unreachable, WorkerLink
from belfry.author.outbox import Outbox, holding
from belfry.ground.errors import BelfryError, CannotStart
from belfry.rules.commands import Registry
from belfry.rules.wire import Assign, FromServer, FromWorker, Hello, Holding, Welcome

log = logging.getLogger(__name__)

Dial = Callable[[], Awaitable[WorkerLink]]

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 15.0
"""Between two tries to connect; each is twice as long as the one before, until a session has lasted."""

ANSWER_SECONDS = 10.0
"""So long a server may take to answer a hello."""

GATHER_SECONDS = 0.002
"""What is said within this time goes out together: an end so short after its start spares the server a record."""


class Refused(BelfryError):
    """The server refused this worker: {reason}"""


class Worker:
    """A worker under one name for the life of a process. It keeps what it runs across sessions.

    `capacity` slots; `labels` say what it is; the registry holds the commands it can carry out. CannotStart says
    what of this no server would take.
    """

    def __init__(self, name: str, host: str, capacity: int, registry: Registry, labels: Mapping[str, str]) -> None:
        self.name = name
        self._hello = _checked(
            Hello(
                name=name,
                host=host,
                instance=uuid.uuid4().hex,
                capacity=capacity,
                labels=dict(labels),
                commands=registry.offers(),
                version=__version__,
            )
        )
        self._registry = registry
        self._attempts: dict[int, Attempt] = {}
        self._outbox = Outbox()
        self._link: WorkerLink | None = None
        self._lease: asyncio.TimerHandle | None = None
        self._complaint = ""
        self._leaving = False
        self._gone = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    async def run(self, dial: Dial) -> None:
        """Serve over link after link, with growing pauses between them, until `drain` is through.

        What runs goes on meanwhile, until the lease ends that the last session had. What `dial` raises beyond
        Unreachable ends this.
        """
        try:
            await _until_one_ends(self._serve(dial), self._gone.wait())
        finally:
            self._abandon()

    async def drain(self, grace_seconds: float) -> None:
        """Take nothing new, let what runs finish within the grace period, hand the rest back, and leave."""
        self._leaving = True
        await self._say(FromWorker(draining=True))
        try:
            async with asyncio.timeout(grace_seconds):
                await self._idle.wait()
        except TimeoutError:
            log.warning("%s: %d attempts did not end within the grace period", self.name, len(self._attempts))
            self._abandon()
            await self._idle.wait()
        while frame := self._outbox.take():
            await self._say(frame)
        self._gone.set()

    async def _serve(self, dial: Dial) -> None:
        """One session after the other."""
        loop = asyncio.get_running_loop()
        pause = FIRST_PAUSE_SECONDS
        while True:
            began = loop.time()
            try:
                await self._session(await dial())
            except (Unreachable, Refused, LinkClosed) as error:
                self._complain(str(error))
            if loop.time() - began > LONGEST_PAUSE_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            await asyncio.sleep(pause * random.uniform(0.5, 1))
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _complain(self, sentence: str) -> None:
        """Warn, but not of the same thing with every try."""
        if sentence != self._complaint:
            log.warning("%s: %s. It is tried again.", self.name, sentence.removesuffix("."))
        self._complaint = sentence

    async def _session(self, link: WorkerLink) -> None:
        """One session, until it ends with an error: Refused, or LinkClosed."""
        try:
            welcome = await self._introduce(link)
            self._link = link
            if self._leaving:
                await link.send(FromWorker(draining=True))
            await _until_one_ends(self._listen(link), self._speak(link), self._beat(link, welcome))
        finally:
            self._link = None
            await link.close()

    async def _introduce(self, link: WorkerLink) -> Welcome:
        """Say hello, and what is held; Refused when the server does not want this worker."""
        at = asyncio.get_running_loop().time()
        holds = [holding(attempt.assign) for attempt in self._attempts.values()] + self._outbox.repeat()
        await link.send(FromWorker(hello=msgspec.structs.replace(self._hello, holding=holds)))
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                first = await link.receive()
        except TimeoutError as error:
            raise Refused(reason=f"it did not answer within {ANSWER_SECONDS:g} s.") from error
        if first.welcome is None:
            raise Refused(reason=first.refused or "it did not say welcome.")
        self._complaint = ""
        self._believed(at, first.welcome)
        self._obey(first)
        for attempt in self._attempts.values():
            attempt.tell_start()
        return first.welcome

    async def _listen(self, link: WorkerLink) -> None:
        while True:
            self._obey(await link.receive())

    async def _speak(self, link: WorkerLink) -> None:
        """Send what there is to say, all of it at once, whenever there is something."""
        while True:
            await self._outbox.alarm.sleep(60)
            await asyncio.sleep(GATHER_SECONDS)
            while frame := self._outbox.take():
                await link.send(frame)

    async def _beat(self, link: WorkerLink, welcome: Welcome) -> None:
        while True:
            await asyncio.sleep(welcome.heartbeat_seconds)
            self._outbox.forget(welcome.lease_seconds)
            at = asyncio.get_running_loop().time()
            await link.send(FromWorker(heartbeat=True))
            self._believed(at, welcome)

    async def _say(self, frame: FromWorker) -> None:
        """Send over the link there is; that one has closed is noticed by whoever listens."""
        try:
            if self._link:
                await self._link.send(frame)
        except LinkClosed:
            log.debug("%s: the link is closed; what matters is said again in the next session", self.name)

    def _believed(self, at: float, welcome: Welcome) -> None:
        """The server heard of this worker at that moment, and believes in what runs here for one lease from then."""
        if self._lease:
            self._lease.cancel()
        self._lease = asyncio.get_running_loop().call_at(at + welcome.lease_seconds, self._expire)

    def _expire(self) -> None:
        if self._attempts:
            log.warning("%s: the lease has ended; %d attempts are given up", self.name, len(self._attempts))
            self._abandon()

    def _abandon(self) -> None:
        """Stop what runs without a word: it is nobody's any more, or goes to another worker."""
        for attempt in list(self._attempts.values()):
            attempt.revoke()

    def _obey(self, frame: FromServer) -> None:
        if frame.refused:
            raise Refused(reason=frame.refused)
        for named in frame.revoke:
            if attempt := self._held(named):
                attempt.revoke()
        for named in frame.cancel:
            if attempt := self._held(named):
                attempt.cancel()
        for assign in frame.assign:
            self._begin(assign)
        if frame.drain:
            log.info("%s: drained: it is given nothing new until it is resumed", self.name)

    def _begin(self, assign: Assign) -> None:
        if self._leaving:
            self._outbox.tell(holding(assign))
            return
        if outdated := self._attempts.get(assign.execution_id):
            outdated.revoke()
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


def _checked(hello: Hello) -> Hello:
    """The hello, if a server will be able to read it."""
    try:
        return msgspec.convert(msgspec.to_builtins(hello), Hello)
    except msgspec.ValidationError as error:
        raise CannotStart(reason=f"No server would take this worker: {error}.") from error


async def _until_one_ends(*works: Coroutine[Any, Any, object]) -> None:
    """Do all of these at once until the first ends; its error is raised, and none of the others goes on."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
