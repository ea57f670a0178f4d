"""Gates: what an execution passes, or stops at, on its way from its instant to its start, in words and as data."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec


class Gate(msgspec.Struct, frozen=True):
    """One condition: whether it lets the execution through, in words, and the facts behind the words."""

    name: str
    open: bool
    text: str
    data: dict[str, Any] = {}


class Why(msgspec.Struct, frozen=True):
    """The answer to "why did it not run?": one sentence, and the gates in their order.

    `expected_start_at` is the start where it can be known; `execution_id` the execution the answer is about.
    """

    text: str
    gates: list[Gate]
    expected_start_at: datetime | None = None
    execution_id: int | None = None


class Seat(msgspec.Struct, frozen=True):
    """A connected worker as a queued execution sees it."""

    worker_id: str
    state: str
    capacity: int
    taken: int
    commands: frozenset[str]
    labels: Mapping[str, str]


class Needs(msgspec.Struct, frozen=True):
    """What a queued execution needs of a worker, and how many executions are before it."""

    command: str
    labels: Mapping[str, str]
    ahead: int


class Dependency(msgspec.Struct, frozen=True):
    """A dependency as a waiting execution judges it: the state of the execution that counts, `none` without one."""

    job_id: str
    state: str
    execution_id: int | None = None
    since: datetime | None = None


def answer(gates: list[Gate], otherwise: str, **facts: Any) -> Why:
    """The answer whose sentence is that of the first closed gate, `otherwise` when all are open."""
    closed = next((gate.text for gate in gates if not gate.open), otherwise)
    return Why(closed[0].upper() + closed[1:], gates, **facts)


def of_dependencies(dependencies: Sequence[Dependency]) -> list[Gate]:
    """One gate a dependency; open when it has succeeded."""
    return [_of_dependency(dependency) for dependency in dependencies]


def _of_dependency(needed: Dependency) -> Gate:
    said = {
        "succeeded": "has succeeded",
        "none": "has not fired yet for this instant",
        "queued": "is still queued",
        "waiting": "still waits itself",
    }
    since = f" since {shown(needed.since)}" if needed.since and needed.state != "succeeded" else ""
    text = f"dependency {needed.job_id} {said.get(needed.state, f'is still {needed.state}')}{since}"
    data = {"job_id": needed.job_id, "state": needed.state, "execution_id": needed.execution_id, "since": needed.since}
    return Gate("dependency", needed.state == "succeeded", text, data)


def of_overlap(execution_id: int, state: str, since: datetime | None) -> Gate:
    """The gate held by an execution of the same job that still lives."""
    began = f" since {shown(since)}" if since else ""
    text = f"execution {execution_id} of this job is still {state}{began}, and the policy lets this one begin after it"
    return Gate("overlap", False, text, {"execution_id": execution_id, "state": state, "since": since})


def of_time(ready_at: datetime, now: datetime, reason: str) -> Gate:
    """Whether it may start by now; `reason` is what puts it off (retry due, put off by jitter)."""
    left = (ready_at - now).total_seconds()
    text = f"{reason} in {spoken(left)}" if left > 0 else "its time has come"
    return Gate("time", left <= 0, text, {"ready_at": ready_at, "seconds": max(left, 0)})


def of_workers(needs: Needs, seats: Sequence[Seat]) -> list[Gate]:
    """Command, labels and capacity: each looks only at the workers that the gate before it let through."""
    offering = [seat for seat in seats if needs.command in seat.commands]
    gates = [_of_command(needs.command, offering, len(seats))]
    if not offering:
        return gates
    labelled = [seat for seat in offering if needs.labels.items() <= seat.labels.items()]
    if needs.labels:
        gates.append(_of_labels(needs.labels, labelled, offering))
    return [*gates, *_of_room(needs, labelled)] if labelled else gates


def _of_command(command: str, offering: Sequence[Seat], connected: int) -> Gate:
    data = {"command": command, "workers": [seat.worker_id for seat in offering], "connected": connected}
    if offering:
        return Gate("command", True, f"{_count(len(offering), 'worker')} {_verb(offering)} the command {command}", data)
    who = "no worker is connected" if not connected else f"none of the {_count(connected, 'worker')} offers it"
    return Gate("command", False, f"no worker offers the command {command}: {who}", data)


def _of_labels(labels: Mapping[str, str], labelled: Sequence[Seat], offering: Sequence[Seat]) -> Gate:
    wanted = ", ".join(f"{key}={value}" for key, value in labels.items())
    data = {"labels": dict(labels), "workers": [seat.worker_id for seat in labelled]}
    if labelled:
        return Gate("labels", True, f"{_count(len(labelled), 'worker')} of them with {wanted}", data)
    text = f"of the {_count(len(offering), 'worker')} offering the command none has the labels {wanted}"
    return Gate("labels", False, text, data)


def _of_room(needs: Needs, seats: Sequence[Seat]) -> list[Gate]:
    draining = [seat.worker_id for seat in seats if seat.state == "draining"]
    working = [seat for seat in seats if seat.state != "draining"]
    if not working:
        text = f"{_list(draining)} {'is' if len(draining) == 1 else 'are'} draining and given nothing new"
        return [Gate("drain", False, text, {"draining": draining})]
    capacity, taken = sum(seat.capacity for seat in working), sum(seat.taken for seat in working)
    free = sum(max(seat.capacity - seat.taken, 0) for seat in working)
    text = f"capacity {taken}/{capacity}"
    if free <= 0:
        text += f": every slot is taken, and it is at position {needs.ahead + 1} in the queue"
    data = {"taken": taken, "capacity": capacity, "position": needs.ahead + 1, "draining": draining}
    return [Gate("capacity", free > 0, text, data)]


def shown(instant: datetime) -> str:
    """An instant for people, in UTC, to the second."""
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def spoken(seconds: float) -> str:
    """A duration for people, in its two largest units; below ten seconds to the tenth."""
    if seconds < 10:
        return f"{max(seconds, 0):.1f} s"
    parts: list[str] = []
    left = round(seconds)
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        parts += [f"{count} {unit}"] if count else []
    return " ".join(parts[:2])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _verb(seats: Sequence[Seat]) -> str:
    return "offers" if len(seats) == 1 else "offer"


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
