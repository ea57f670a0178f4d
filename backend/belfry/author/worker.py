"""A worker: takes assignments over a link, runs each in a slot of its own, and reports what came of it."""

import asyncio
import logging
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from belfry import __version__
from belfry.author.attempt import Attempt
from belfry.author.link import LinkClosed, WorkerLink
from belfry.author.outbox import Outbox, holding
from belfry.ground.errors import BelfryError
from belfry.rules.commands import Registry
from belfry.rules.wire import Assign, FromServer, FromWorker, Hello, Holding, Offer, Welcome

log = logging.getLogger(__name__)


class Refused(BelfryError):
    """The server refused this worker: {reason}"""


class Worker:
    """A worker under one name for the life of a process. It keeps what it runs across sessions.

    `capacity` slots; `labels` say what it is; the registry holds the commands it can carry out.
    """

    def __init__(self, name: str, host: str, capacity: int, registry: Registry, labels: Mapping[str, str]) -> None:
        self.name = name
        self.host = host
        self.capacity = capacity
        self._registry = registry
        self._labels = dict(labels)
        self._instance = uuid.uuid4().hex
        self._attempts: dict[int, Attempt] = {}
        self._outbox = Outbox()
        self._draining = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._threads = ThreadPoolExecutor(capacity, thread_name_prefix=name)

    async def serve(self, link: WorkerLink) -> None:
        """One session over the link, until it closes. Refused when the server does not want this worker."""
        await link.send(FromWorker(hello=self._hello()))
        first = await link.receive()
        if first.welcome is None:
            raise Refused(reason=first.refused or "no welcome was said")
        async with asyncio.TaskGroup() as tasks:
            beating = tasks.create_task(self._beat(link, first.welcome))
            speaking = tasks.create_task(self._speak(link))
            await self._listen(link, first)
            beating.cancel()
            speaking.cancel()

    def _hello(self) -> Hello:
        running = [holding(attempt.assign) for attempt in self._attempts.values()]
        return Hello(
            name=self.name,
            host=self.host,
            instance=self._instance,
            capacity=self.capacity,
            labels=self._labels,
            commands=[Offer(name=c.name, description=c.description, schema=c.schema) for c in self._registry],
            version=__version__,
            holding=running + self._outbox.repeat(),
        )

    async def _listen(self, link: WorkerLink, frame: FromServer) -> None:
        """Obey frame after frame until the link closes."""
        while True:
            self._obey(frame)
            try:
                frame = await link.receive()
            except LinkClosed:
                return

    def _obey(self, frame: FromServer) -> None:
        for ended in frame.revoke:
            self._end(ended, revoked=True)
        for ended in frame.cancel:
            self._end(ended, revoked=False)
        for assign in frame.assign:
            self._begin(assign)
        if frame.drain:
            self._draining = True

    def _begin(self, assign: Assign) -> None:
        if self._draining:
            self._outbox.returned(holding(assign))
            return
        attempt = Attempt(assign, self._outbox)
        self._attempts[assign.execution_id] = attempt
        self._idle.clear()
        attempt.task = asyncio.create_task(self._run(attempt))

    async def _run(self, attempt: Attempt) -> None:
        try:
            await attempt.run(self._registry, self._threads)
        finally:
            if self._attempts.get(attempt.assign.execution_id) is attempt:
                del self._attempts[attempt.assign.execution_id]
            if not self._attempts:
                self._idle.set()

    def _end(self, ended: Holding, revoked: bool) -> None:
        attempt = self._attempts.get(ended.execution_id)
        if attempt and attempt.assign.fence == ended.fence:
            attempt.end(revoked)

    async def _speak(self, link: WorkerLink) -> None:
        """Send what there is to say, all of it at once, whenever there is something."""
        while True:
            await self._outbox.alarm.sleep(60)
            frame = self._outbox.take()
            if frame:
                await _send(link, frame)

    async def _beat(self, link: WorkerLink, welcome: Welcome) -> None:
        while True:
            await asyncio.sleep(welcome.heartbeat_seconds)
            self._outbox.forget(welcome.lease_seconds)
            await _send(link, FromWorker(heartbeat=True))

    async def drain(self, link: WorkerLink, grace_seconds: float) -> None:
        """Take nothing new, let what runs finish within the grace period, hand the rest back, close the link."""
        self._draining = True
        await _send(link, FromWorker(draining=True))
        try:
            async with asyncio.timeout(grace_seconds):
                await self._idle.wait()
        except TimeoutError:
            log.warning("%s: %d attempts did not end within the grace period", self.name, len(self._attempts))
        left = [attempt for attempt in self._attempts.values() if attempt.task]
        for attempt in left:
            attempt.end(revoked=True)
        await asyncio.gather(*[attempt.task for attempt in left if attempt.task], return_exceptions=True)
        frame = self._outbox.take()
        if frame:
            await _send(link, frame)
        await link.close()
        self._threads.shutdown(wait=False, cancel_futures=True)


async def _send(link: WorkerLink, frame: FromWorker) -> None:
    """Send; a link that is closed is noticed by whoever listens."""
    try:
        await link.send(frame)
    except LinkClosed:
        log.debug("the link is closed; the frame is sent again with the next session if it matters")
