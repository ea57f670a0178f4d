"""Sessions: one per connected worker. They send what the dispatcher assigned and record what workers report."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import asyncpg
import msgspec

from belfry.author.link import LinkClosed, ServerLink
from belfry.ground.clock import Alarm
from belfry.ground.errors import Conflict
from belfry.records import db, executions, signals, workers
from belfry.records.executions import Report
from belfry.rules.wire import Finished, FromServer, FromWorker, Holding, Logged, Progress, Started, Welcome

log = logging.getLogger(__name__)

LOOK_AGAIN_SECONDS = 5.0
RENEW_SECONDS = 1.0
UNRECORDABLE = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
    ValueError,
)
"""What PostgreSQL refuses to keep, or asyncpg (a ValueError) to send."""


class Arrived(msgspec.Struct, frozen=True):
    """A frame and the moment at which it came."""

    at: float
    session: workers.Session
    frame: FromWorker


class Batch:
    """What several frames report, by kind. A start whose end is known already needs no record of its own."""

    def __init__(self, arrived: Sequence[Arrived]) -> None:
        self.started: list[Report[Started]] = []
        self.log: list[Report[Logged]] = []
        self.progress: list[Report[Progress]] = []
        self.finished: list[Report[Finished]] = []
        self.returned: list[Report[Holding]] = []
        self.workers = {one.session.worker_id for one in arrived}
        self.draining = [one.session for one in arrived if one.frame.draining]
        now = monotonic()
        for one in arrived:
            for said, reports in self._kinds(one.frame):
                reports += [Report(one.session.worker_id, word, now - one.at) for word in said]
        ended = {report.key for report in self.finished} - {report.key for report in self.log}
        self.started = [report for report in self.started if report.key not in ended]

    def _kinds(self, frame: FromWorker) -> Iterable[tuple[Sequence[Any], list[Any]]]:
        return (
            (frame.started, self.started),
            (frame.log, self.log),
            (frame.progress, self.progress),
            (frame.finished, self.finished),
            (frame.returned, self.returned),
        )

    async def record(self, now: datetime) -> None:
        """Write it down, all or nothing."""
        async with db.transaction():
            await executions.speak_for(self.workers)
            await _each(self.started, lambda reports: executions.start(reports, now))
            await _each(self.log, lambda reports: executions.log(reports, now))
            await _each(self.progress, executions.progress)
            if self.finished or self.returned:
                await executions.finish(self.finished, now, self.returned)
            for session in self.draining:
                await workers.draining(session, now)


async def _each(reports: Sequence[Any], record: Callable[[Sequence[Any]], Awaitable[None]]) -> None:
    if reports:
        await record(reports)


class Sessions:
    """The sessions of this process. `server_id` names the server that holds them."""

    def __init__(self, server_id: int, lease_seconds: float, heartbeat_seconds: float) -> None:
        self._server_id = server_id
        self._lease = timedelta(seconds=lease_seconds)
        self._welcome = Welcome(lease_seconds=lease_seconds, heartbeat_seconds=heartbeat_seconds)
        self._links: dict[str, tuple[workers.Session, ServerLink]] = {}
        self._fences: dict[str, int] = {}
        self._heard: set[str] = set()
        self._inbox: list[Arrived] = []
        self._recording = asyncio.Lock()
        self.assigned = signals.alarm("held")
        self.reported = Alarm()

    async def serve(self, link: ServerLink) -> None:
        """One worker's session over its link, from hello until the link closes; it is closed in any case."""
        try:
            session = await self._greet(link)
            if session:
                await self._listen(session, link)
        except LinkClosed:
            log.debug("a worker was gone before it said hello")
        except db.UNREACHABLE as error:
            log.warning("a worker could not join while the database is away: %s", error)
        finally:
            await link.close()

    async def _greet(self, link: ServerLink) -> workers.Session | None:
        """Open the session, or say why not."""
        hello = (await link.receive()).hello
        if hello is None:
            await link.send(FromServer(refused="the first frame must say hello"))
            return None
        try:
            session = await workers.join(hello, self._server_id, self._lease, await db.now())
        except Conflict as conflict:
            await link.send(FromServer(refused=str(conflict)))
            return None
        log.info("worker %s joined with %d slots", hello.name, hello.capacity)
        return session

    async def _listen(self, session: workers.Session, link: ServerLink) -> None:
        """Welcome the worker and take what it says until it is gone."""
        said_goodbye = False
        self._links[session.worker_id] = (session, link)
        self._fences[session.worker_id] = session.fence
        try:
            await link.send(FromServer(welcome=self._welcome, revoke=session.revoked, drain=session.drained))
            self.assigned.ring()
            while True:
                frame = await link.receive()
                self._heard.add(session.worker_id)
                said_goodbye = said_goodbye or frame.draining
                self._inbox.append(Arrived(monotonic(), session, frame))
                self.reported.ring()
        except LinkClosed:
            log.debug("worker %s is disconnected", session.worker_id)
        finally:
            await self._part(session, said_goodbye)

    async def _part(self, session: workers.Session, said_goodbye: bool) -> None:
        """Close the session; a worker that said goodbye hands back at once what it still held."""
        if self._links.get(session.worker_id, (None,))[0] is session:
            del self._links[session.worker_id], self._fences[session.worker_id]
        try:
            await self.record()
            await workers.leave(session, await db.now(), said_goodbye)
        except db.UNREACHABLE as error:
            log.warning("worker %s left while the database was away; its lease will end: %s", session.worker_id, error)

    async def send(self) -> float:
        """Send every worker here what it was newly assigned and what it should cancel; seconds until the next look."""
        if not self._fences:
            return LOOK_AGAIN_SECONDS
        links = dict(self._links)
        given = await executions.held(self._fences)
        cancelled = await executions.cancellations(list(self._fences))
        for worker_id in given.keys() | cancelled.keys():
            if worker_id in self._links and self._links[worker_id] is links.get(worker_id):
                assign = given.get(worker_id, [])
                self._fences[worker_id] = max([self._fences[worker_id], *(assigned.fence for assigned in assign)])
                await self._send(worker_id, FromServer(assign=assign, cancel=cancelled.get(worker_id, [])))
        return LOOK_AGAIN_SECONDS

    async def _send(self, worker_id: str, frame: FromServer) -> None:
        """Send to a worker that is connected here."""
        try:
            await self._links[worker_id][1].send(frame)
        except LinkClosed:
            log.debug("worker %s is disconnected; its session ends", worker_id)

    async def record(self) -> float:
        """Record what workers reported, or keep it for the next time; seconds until the next look."""
        async with self._recording:
            arrived, self._inbox = self._inbox, []
            try:
                await self._record(arrived)
            except BaseException:
                self._inbox[:0] = arrived
                raise
        return LOOK_AGAIN_SECONDS

    async def _record(self, arrived: list[Arrived]) -> None:
        """Record all at once, or, when PostgreSQL refuses what one frame says, all but that frame."""
        if not arrived:
            return
        now = await db.now()
        try:
            await Batch(arrived).record(now)
        except UNRECORDABLE as error:
            half = len(arrived) // 2
            if half:
                await self._record(arrived[:half])
                await self._record(arrived[half:])
            else:
                await self._refuse(arrived[0], now, error)

    async def _refuse(self, arrived: Arrived, now: datetime, error: Exception) -> None:
        """A frame that can't be recorded costs its worker the attempts it speaks of: they fail with the reason."""
        worker_id, frame = arrived.session.worker_id, arrived.frame
        log.error("worker %s reported what can't be recorded: %s", worker_id, error)
        why = f"what worker {worker_id} reported cannot be recorded: {error}"[:1000].replace("\0", "�")
        spoken = {
            (said.execution_id, said.attempt, said.fence)
            for said in (*frame.started, *frame.log, *frame.progress, *frame.finished, *frame.returned)
        }
        failed = FromWorker(finished=[Finished(*key, outcome="failed", error=why) for key in spoken])
        await Batch([Arrived(monotonic(), arrived.session, failed)]).record(now)
        if worker_id in self._links:
            await self._send(worker_id, FromServer(revoke=[Holding(*key) for key in spoken]))

    async def renew(self) -> float:
        """Prolong the leases of workers heard of lately, drop void sessions; seconds until the next time."""
        heard, self._heard = self._heard, set()
        sessions = [self._links[worker_id][0] for worker_id in heard if worker_id in self._links]
        if sessions:
            try:
                standing = await workers.renew(sessions, self._lease, await db.now())
            except BaseException:
                self._heard |= heard
                raise
            for session in sessions:
                if session.worker_id not in standing and session.worker_id in self._links:
                    log.warning("the session of worker %s is void; it has to say hello again", session.worker_id)
                    await self._links[session.worker_id][1].close()
        return RENEW_SECONDS
