"""What a worker has to say and has not sent yet, each with the moment it happened."""

from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import TypeVar

import msgspec

from belfry.ground.clock import Alarm
from belfry.rules.wire import Finished, FromWorker, Holding, Logged, Progress, Started

AT_ONCE_SECONDS = 0.001
"""What is sent within this time counts as said the moment it happened."""

REPEATED = 10_000
"""So many of the latest reports are kept, in case the connection they were sent over loses them."""

LOG_BYTES = RESULT_BYTES = 2 * 1024 * 1024
"""After so much of the log, and so much of results, a frame is full: with one more of each it is under 16 MiB."""

_NOTHING = FromWorker()
Told = TypeVar("Told", Started, Finished, Logged)


class Outbox:
    """Gathers reports; whoever sends them sleeps under `alarm` and takes them all at once."""

    def __init__(self) -> None:
        self.alarm = Alarm()
        self._started: list[tuple[float, Started]] = []
        self._finished: list[tuple[float, Finished]] = []
        self._sent: deque[tuple[float, Finished]] = deque(maxlen=REPEATED)
        self._log: list[tuple[float, Logged]] = []
        self._progress: dict[int, Progress] = {}
        self._returned: list[Holding] = []

    def started(self, said: Started) -> None:
        """An attempt began just now."""
        self._started.append((monotonic(), said))
        self.alarm.ring()

    def finished(self, said: Finished) -> None:
        """An attempt ended just now."""
        self._finished.append((monotonic(), said))
        self._progress.pop(said.execution_id, None)
        self.alarm.ring()

    def returned(self, said: Holding) -> None:
        """An attempt is handed back before it began."""
        self._returned.append(said)
        self.alarm.ring()

    def logged(self, said: Logged) -> None:
        """An attempt logged a line just now."""
        self._log.append((monotonic(), said))
        self.alarm.ring()

    def progressed(self, said: Progress) -> None:
        """An attempt has come so far; only its latest word counts."""
        self._progress[said.execution_id] = said
        self.alarm.ring()

    def take(self) -> FromWorker | None:
        """What waits to be sent, with its age; None when nothing does. What one frame can't hold waits for the next.

        No end is told before the whole log of its attempt.
        """
        now = monotonic()
        log, self._log = _part(self._log, LOG_BYTES, _line_bytes)
        finished, self._finished = (
            ([], self._finished) if self._log else _part(self._finished, RESULT_BYTES, _end_bytes)
        )
        frame = FromWorker(
            started=[_aged(at, said, now) for at, said in self._started],
            finished=[_aged(at, said, now) for at, said in finished],
            returned=self._returned,
            log=[_aged(at, said, now) for at, said in log],
            progress=list(self._progress.values()),
        )
        self._sent.extend(finished)
        self._started, self._returned, self._progress = [], [], {}
        if self._log or self._finished:
            self.alarm.ring()
        return None if frame == _NOTHING else frame

    def forget(self, seconds: float) -> None:
        """Drop sent reports older than `seconds`: the lease in which the server could still have lost them is over."""
        before = monotonic() - seconds
        while self._sent and self._sent[0][0] < before:
            self._sent.popleft()

    def repeat(self) -> list[Holding]:
        """Queue the reports sent lately again, in case the old connection lost them; the attempts they are about."""
        self._finished[:0] = self._sent
        self._sent.clear()
        self.alarm.ring()
        return [holding(said) for _, said in self._finished]


def _part(
    waiting: list[tuple[float, Told]], limit: int, size: Callable[[Told], int]
) -> tuple[list[tuple[float, Told]], list[tuple[float, Told]]]:
    """What is taken now, up to the one that passes the limit, and the rest."""
    total = 0
    for place, (_, said) in enumerate(waiting, start=1):
        total += size(said)
        if total > limit:
            return waiting[:place], waiting[place:]
    return waiting, []


def _line_bytes(said: Logged) -> int:
    """At most so many bytes of JSON: a character takes up to six."""
    return 6 * len(said.message)


def _end_bytes(said: Finished) -> int:
    """At most so many bytes of JSON: the result is JSON already, and may double when it is written as a string."""
    return 6 * len(said.error or "") + 8 * len(said.result or "")


def holding(said: Holding) -> Holding:
    """Just what proves whose attempt it is."""
    return Holding(execution_id=said.execution_id, attempt=said.attempt, fence=said.fence)


def _aged(at: float, said: Told, now: float) -> Told:
    return said if now - at < AT_ONCE_SECONDS else msgspec.structs.replace(said, age_seconds=now - at)
