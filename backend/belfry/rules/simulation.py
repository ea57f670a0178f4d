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
    runs_left: int | None = None


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
    """Where the play stands: what runs, by its end, and what waits, for a slot or for the one before it."""

    def __init__(self, jobs: Sequence[Planned], capacity: int, start: datetime) -> None:
        self.loads = {job.job_id: JobLoad(job.job_id, skipped={}, assumed_seconds=job.seconds) for job in jobs}
        self._capacity, self._numbers = capacity, 0
        self._hours: list[Hour] = [Hour(start.replace(minute=0, second=0, microsecond=0))]
        self._live: dict[str, list[int]] = {job.job_id: [] for job in jobs}
        self._ends: list[tuple[datetime, int, str]] = []
        self._running: set[int] = set()
        self._queue: list[_Run] = []
        self._queued = 0
        self._cancelled: set[int] = set()
        self._behind: dict[str, _Run] = {}

    def fire(self, job: Planned, due_at: datetime) -> None:
        """One instant: it is skipped, starts, or waits."""
        load, live = self.loads[job.job_id], self._live[job.job_id]
        if job.runs_left is not None and load.fires >= job.runs_left:
            return
        if reason := self._skips(job, due_at):
            load.skipped[reason] = load.skipped.get(reason, 0) + 1
            self._hour(due_at).skips += 1
            return
        if job.overlap == "cancel":
            self._cancel(job.job_id)
        self._numbers += 1
        load.fires += 1
        self._hour(due_at).fires += 1
        run = _Run(job.priority, due_at, self._numbers, job)
        if job.overlap == "queue" and live:
            self._behind[job.job_id] = run
        else:
            self._enqueue(run)
        self._begin(due_at)

    def until(self, moment: datetime) -> None:
        """End what ends by then, and give its slots to what waits."""
        while self._ends and self._ends[0][0] <= moment:
            ended_at, number, job_id = heappop(self._ends)
            if number not in self._running:
                continue
            self._hour(ended_at)
            self._running.discard(number)
            self._live[job_id].remove(number)
            if next_one := self._behind.pop(job_id, None):
                self._enqueue(next_one)
            self._begin(ended_at)

    def hours_until(self, end: datetime) -> list[Hour]:
        """Every hour from the first to the last, the quiet ones too."""
        self._hour(end - timedelta(microseconds=1))
        return self._hours

    def _skips(self, job: Planned, due_at: datetime) -> str | None:
        if job.timing.excluded(due_at):
            return "calendar"
        live = len(self._live[job.job_id]) + (job.job_id in self._behind)
        most = {"skip": 1, "queue": 2, "cancel": None}.get(job.overlap, job.most)
        return "overlap" if most is not None and live >= most else None

    def _cancel(self, job_id: str) -> None:
        """What is live of the job gives up its slot, or its place in the queue."""
        live = set(self._live[job_id])
        self._queued -= len(live - self._running)
        self._cancelled |= live - self._running
        self._running -= live
        self._live[job_id].clear()

    def _begin(self, now: datetime) -> None:
        hour = self._hour(now)
        while self._queue and len(self._running) < self._capacity:
            run = heappop(self._queue)
            if run.number in self._cancelled:
                self._cancelled.discard(run.number)
                continue
            self._queued -= 1
            waited = (now - run.due_at).total_seconds()
            load = self.loads[run.job.job_id]
            load.longest_wait_seconds = max(load.longest_wait_seconds, waited)
            hour.longest_wait_seconds = max(hour.longest_wait_seconds, waited)
            self._running.add(run.number)
            heappush(self._ends, (now + timedelta(seconds=run.job.seconds), run.number, run.job.job_id))
        hour.peak_running = max(hour.peak_running, len(self._running))
        hour.peak_queued = max(hour.peak_queued, self._waiting())

    def _waiting(self) -> int:
        return self._queued + len(self._behind)

    def _enqueue(self, run: _Run) -> None:
        self._live[run.job.job_id].append(run.number)
        self._queued += 1
        heappush(self._queue, run)

    def _hour(self, moment: datetime) -> Hour:
        """The hour of a moment, with all before it; each begins with what runs and waits then."""
        while self._hours[-1].at + HOUR <= moment:
            following = self._hours[-1].at + HOUR
            self._hours.append(Hour(following, peak_running=len(self._running), peak_queued=self._waiting()))
        return self._hours[-1]
