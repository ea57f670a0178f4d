"""What a worker has to say and has not sent yet, each with the moment it happened."""

from collections import deque
from time import monotonic
from typing import Any, TypeVar

import msgspec

from belfry.ground.clock import Alarm
from belfry.rules.wire import Finished, FromWorker, Holding, Logged, Progress, Started

FRAME_BYTES = 2 * 1024 * 1024
"""A frame with so much in it is full: with one report more, and all progress, it is still below `MAX_FRAME_BYTES`."""

REPORT_BYTES = 200
"""At most so long is a report but for its texts."""

REPEATED = 10_000
REPEATED_BYTES = 64 * 1024 * 1024
"""So many of the latest ends are kept, and so much of them, in case the connection they were sent over loses them."""

AT_ONCE_SECONDS = 0.001
"""What is sent within this time counts as said the moment it happened."""

LISTS: dict[type[Holding], str] = {Started: "started", Logged: "log", Finished: "finished", Holding: "returned"}
"""Which list of a frame each kind of report goes into; a plain Holding is an attempt handed back unbegun."""

Said = Started | Logged | Finished | Holding
Told = TypeVar("Told", bound=Holding)


class Outbox:
    """Gathers reports; whoever sends them sleeps under `alarm` and takes them until there are none.

    It is bounded by what attempts may say (5 MiB of log, 5 MiB of result each): while no server can be reached,
    nothing new is assigned.
    """

    def __init__(self) -> None:
        self.alarm = Alarm()
        self._waiting: deque[tuple[float, Said]] = deque()
        self._progress: dict[int, Progress] = {}
        self._sent: deque[tuple[float, Finished, int]] = deque()
        self._sent_bytes = 0

    def tell(self, said: Said, at: float | None = None) -> None:
        """Report what happened at that moment of the monotonic clock, by default just now."""
        self._waiting.append((monotonic() if at is None else at, said))
        if isinstance(said, Finished):
            self._progress.pop(said.execution_id, None)
        self.alarm.ring()

    def progressed(self, said: Progress) -> None:
        """An attempt has come so far; only its latest word counts."""
        self._progress[said.execution_id] = said
        self.alarm.ring()

    def take(self) -> FromWorker | None:
        """What waits, in its order and with its age, as much as one frame can hold; None when nothing waits.

        Since the order is kept, no end is told before the whole log of its attempt.
        """
        if not self._waiting and not self._progress:
            return None
        lists: dict[str, Any] = {"progress": [*self._progress.values()]}
        self._progress.clear()
        now, size = monotonic(), 0
        while self._waiting and size < FRAME_BYTES:
            at, said = self._waiting.popleft()
            lists.setdefault(LISTS[type(said)], []).append(_aged(at, said, now))
            added = _bytes(said)
            size += added
            if isinstance(said, Finished):
                self._keep(at, said, added)
        if self._waiting:
            self.alarm.ring()
        return FromWorker(**lists)

    def forget(self, seconds: float) -> None:
        """Drop sent ends older than `seconds`: the lease in which the server could still have lost them is over."""
        before = monotonic() - seconds
        while self._sent and self._sent[0][0] < before:
            self._drop()

    def repeat(self) -> list[Holding]:
        """Queue the ends sent lately again, in case the old connection lost them; the attempts that have ended."""
        self._waiting.extendleft((at, said) for at, said, _ in reversed(self._sent))
        self._sent.clear()
        self._sent_bytes = 0
        self.alarm.ring()
        return [holding(said) for _, said in self._waiting if isinstance(said, Finished)]

    def _keep(self, at: float, said: Finished, size: int) -> None:
        self._sent.append((at, said, size))
        self._sent_bytes += size
        while len(self._sent) > REPEATED or self._sent_bytes > REPEATED_BYTES:
            self._drop()

    def _drop(self) -> None:
        _, _, size = self._sent.popleft()
        self._sent_bytes -= size


def holding(said: Holding) -> Holding:
    """Just what proves whose attempt it is."""
    return Holding(execution_id=said.execution_id, attempt=said.attempt, fence=said.fence)


def _bytes(said: Said) -> int:
    """At most so many bytes of JSON: six for a character, in a result, whose controls are escaped already, four."""
    match said:
        case Logged():
            return REPORT_BYTES + 6 * len(said.message)
        case Finished():
            return REPORT_BYTES + 6 * len((said.error or "") + (said.reason or "")) + 4 * len(said.result or "")
        case _:
            return REPORT_BYTES


def _aged(at: float, said: Told, now: float) -> Told:
    """The report with its age, unless it is fresh or has none."""
    if now - at < AT_ONCE_SECONDS or type(said) is Holding:
        return said
    return msgspec.structs.replace(said, age_seconds=now - at)
