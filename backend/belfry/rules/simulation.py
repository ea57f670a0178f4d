"""The days to come, played through: which fires start when, wait for a slot, or are skipped."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from heapq import heappop, heappush, merge

import msgspec

from belfry.rules.timing import Timing

HOUR = timedelta(hours=1)


class Planned(msgspec.Struct, frozen=True):
    """A job as it is expected to behave: when it fires, how long a run takes, and what its policies are."""

    job_id: str
    timing: Timing
    seconds: float
    priority: int = 2
    overlap: str = "skip"
    most: int | None = None


class Hour(msgspec.Struct):
    """What happens in the hour from `at`: instants that fire and that are skipped, the most slots taken at once, the
    most executions waiting for one, and the longest wait of one that started, in seconds."""

    at: datetime
    fires: int = 0
    skips: int = 0
    peak_running: int = 0
    peak_queued: int = 0
    longest_wait_seconds: float = 0


class JobLoad(msgspec.Struct):
    """What becomes of one job: instants that fire, that are skipped by reason, and the longest wait in seconds."""

    job_id: str
    fires: int = 0
    skipped: dict[str, int] = {}
    longest_wait_seconds: float = 0
    assumed_seconds: float = 0


class Simulation(msgspec.Struct):
    """The hours and the jobs of a simulation, and the slots it assumed."""

    capacity: int
    hours: list[Hour]
    jobs: list[JobLoad]


class _Run(msgspec.Struct, order=True):
    """An execution in the queue: by priority, then by instant, then in the order of arrival."""

    priority: int
    due_at: datetime
    number: int
    job: Planned


def simulate(jobs: Sequence[Planned], capacity: int, start: datetime, end: datetime) -> Simulation:
    """Play start < t ≤ end through on so many slots. Cost: the logarithm of what waits, for each fire."""
    played = _Play(jobs, capacity, start)
    for due_at, number in _instants(jobs, start, end):
        played.until(due_at)
        played.fire(jobs[number], due_at)
    played.until(end)
    return Simulation(capacity, played.hours_until(end), [played.loads[job.job_id] for job in jobs])


def count(jobs: Iterable[Planned], start: datetime, end: datetime) -> int:
    """How many instants a simulation plays."""
    return sum(job.timing.count_between(start, end) for job in jobs)


def _instants(jobs: Sequence[Planned], start: datetime, end: datetime) -> Iterator[tuple[datetime, int]]:
    return merge(*(_of_job(job.timing, number, start, end) for number, job in enumerate(jobs)))


def _of_job(timing: Timing, number: int, start: datetime, end: datetime) -> Iterator[tuple[datetime, int]]:
    """A day at a time, so that what lies far ahead takes no room."""
    while start < end:
        upto = min(start + timedelta(days=1), end)
        yield from ((fire, number) for fire in timing.fires_between(start, upto, 10**6))
        start = upto


class _Play:
    """Where the play stands: what runs, by its end, and what waits."""

    def __init__(self, jobs: Sequence[Planned], capacity: int, start: datetime) -> None:
        self.loads = {job.job_id: JobLoad(job.job_id, skipped={}, assumed_seconds=job.seconds) for job in jobs}
        self._capacity, self._start, self._numbers = capacity, start.replace(minute=0, second=0, microsecond=0), 0
        self._hours: dict[datetime, Hour] = {}
        self._live = dict.fromkeys(self.loads, 0)
        self._running: list[tuple[datetime, int, Planned]] = []
        self._queue: list[_Run] = []

    def fire(self, job: Planned, due_at: datetime) -> None:
        """One instant: it is skipped, starts, or waits."""
        reason = self._skips(job, due_at)
        if reason:
            skipped = self.loads[job.job_id].skipped
            skipped[reason] = skipped.get(reason, 0) + 1
            self._hour(due_at).skips += 1
            return
        self._numbers += 1
        self._live[job.job_id] += 1
        self.loads[job.job_id].fires += 1
        heappush(self._queue, _Run(job.priority, due_at, self._numbers, job))
        self._hour(due_at).fires += 1
        self._begin(due_at)

    def until(self, moment: datetime) -> None:
        """End what ends by then, and give its slots to what waits."""
        while self._running and self._running[0][0] <= moment:
            ended_at, _, job = heappop(self._running)
            self._live[job.job_id] -= 1
            self._begin(ended_at)

    def hours_until(self, end: datetime) -> list[Hour]:
        """Every hour from the first to the last, the quiet ones too."""
        every = (self._start + place * HOUR for place in range(int((end - self._start) / HOUR) + 1))
        return [self._hour(at) for at in every if at < end or at in self._hours]

    def _skips(self, job: Planned, due_at: datetime) -> str | None:
        if job.timing.excluded(due_at):
            return "calendar"
        most = {"skip": 1, "queue": 2, "cancel": None}.get(job.overlap, job.most)
        return "overlap" if most is not None and self._live[job.job_id] >= most else None

    def _begin(self, now: datetime) -> None:
        while self._queue and len(self._running) < self._capacity:
            run = heappop(self._queue)
            waited = (now - run.due_at).total_seconds()
            load, hour = self.loads[run.job.job_id], self._hour(now)
            load.longest_wait_seconds = max(load.longest_wait_seconds, waited)
            hour.longest_wait_seconds = max(hour.longest_wait_seconds, waited)
            heappush(self._running, (now + timedelta(seconds=run.job.seconds), run.number, run.job))
        hour = self._hour(now)
        hour.peak_running = max(hour.peak_running, len(self._running))
        hour.peak_queued = max(hour.peak_queued, len(self._queue))

    def _hour(self, moment: datetime) -> Hour:
        at = moment.replace(minute=0, second=0, microsecond=0)
        if at not in self._hours:
            self._hours[at] = Hour(at, peak_running=len(self._running), peak_queued=len(self._queue))
        return self._hours[at]
