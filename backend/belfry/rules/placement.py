"""Which queued execution goes to which worker: least load after assignment, never above capacity."""

from collections.abc import Iterable, Mapping
from heapq import heapify, heappop, heappush

import msgspec


class Queued(msgspec.Struct, frozen=True):
    """An execution that may start: what it needs of a worker. `packed_labels` is JSON text."""

    id: int
    command: str
    packed_labels: str = "{}"

    @property
    def labels(self) -> dict[str, str]:
        """The labels a worker must have."""
        return msgspec.json.decode(self.packed_labels, type=dict[str, str])


class Place(msgspec.Struct, frozen=True):
    """A connected worker: what it offers, and how many slots are taken."""

    worker_id: str
    capacity: int
    taken: int
    commands: frozenset[str]
    labels: Mapping[str, str] = {}

    def fits(self, queued: Queued) -> bool:
        """Whether this worker offers the command and has every label asked for."""
        return queued.command in self.commands and queued.labels.items() <= self.labels.items()


class Assignment(msgspec.Struct, frozen=True):
    """One execution and the worker it goes to."""

    execution_id: int
    worker_id: str


def place(queue: Iterable[Queued], places: Iterable[Place]) -> list[Assignment]:
    """Assign the queue, in its order, each execution to the fitting worker whose load after it is least.

    Load is taken slots over capacity; ties go to the worker with more free slots, then by name. A worker
    is never given more than its capacity. What fits nowhere now is left out and holds up nothing behind it.
    Cost: one heap step an execution, once per kind of need.
    """
    by_id = {place.worker_id: place for place in places}
    taken = {place.worker_id: place.taken for place in by_id.values() if place.taken < place.capacity}
    heaps: dict[tuple[str, str], list[tuple[float, int, str]]] = {}
    assignments: list[Assignment] = []
    for queued in queue:
        if not taken:
            break
        need = (queued.command, queued.packed_labels)
        if need not in heaps:
            heaps[need] = _heap([place for place in by_id.values() if place.fits(queued)], taken)
        worker_id = _lightest(heaps[need], by_id, taken)
        if worker_id is None:
            continue
        assignments.append(Assignment(queued.id, worker_id))
        taken[worker_id] += 1
        if taken[worker_id] >= by_id[worker_id].capacity:
            del taken[worker_id]
        else:
            heappush(heaps[need], _rank(by_id[worker_id], taken[worker_id]))
    return assignments


def _rank(place: Place, taken: int) -> tuple[float, int, str]:
    return (taken + 1) / place.capacity, taken - place.capacity, place.worker_id


def _heap(places: list[Place], taken: Mapping[str, int]) -> list[tuple[float, int, str]]:
    heap = [_rank(place, taken[place.worker_id]) for place in places if place.worker_id in taken]
    heapify(heap)
    return heap


def _lightest(heap: list[tuple[float, int, str]], by_id: Mapping[str, Place], taken: Mapping[str, int]) -> str | None:
    """Pop the best worker; a rank that another kind of need has made stale is put right on the way."""
    while heap:
        rank = heappop(heap)
        worker_id = rank[2]
        if worker_id not in taken:
            continue
        current = _rank(by_id[worker_id], taken[worker_id])
        if current == rank:
            return worker_id
        heappush(heap, current)
    return None
