"""Gates say in words and as data what an execution passes and where it stops."""

from datetime import UTC, datetime, timedelta

import pytest

from belfry.rules.gates import Dependency, Gate, Needs, Seat, answer, of_dependencies, of_time, of_workers, spoken

NOW = datetime(2027, 1, 1, tzinfo=UTC)


def seat(name: str = "w1", capacity: int = 2, taken: int = 0, **facts: object) -> Seat:
    given = {"state": "online", "commands": frozenset({"echo"}), "labels": {}} | facts
    return Seat(name, capacity=capacity, taken=taken, **given)


def gates(needs: Needs, *seats: Seat) -> list[tuple[str, bool]]:
    return [(gate.name, gate.open) for gate in of_workers(needs, seats)]


def test_each_gate_looks_only_at_the_workers_that_the_one_before_let_through() -> None:
    needs = Needs("echo", {"gpu": "yes"}, 0)
    free = seat("w1", labels={"gpu": "yes"}, commands=frozenset({"sleep"}))
    assert gates(needs, free) == [("command", False)]
    assert gates(needs, free, seat("w2")) == [("command", True), ("labels", False)]
    full = seat("w3", 1, 1, labels={"gpu": "yes"})
    assert gates(needs, free, seat("w2"), full) == [("command", True), ("labels", True), ("capacity", False)]
    assert gates(needs, seat("w4", labels={"gpu": "yes"}), full)[-1] == ("capacity", True)


def test_a_worker_filled_beyond_its_capacity_lends_no_room_to_the_others() -> None:
    (_, room) = of_workers(Needs("echo", {}, 13), [seat("w1", 1, 5), seat("w2", 3, 3)])
    assert (room.open, room.data["position"]) == (False, 14)
    assert "position 14 in the queue" in room.text


def test_draining_workers_are_no_room() -> None:
    names = [
        gate.text
        for gate in of_workers(Needs("echo", {}, 0), [seat("a", state="draining"), seat("b", state="draining")])
    ]
    assert names[-1] == "a and b are draining and given nothing new"


def test_the_answer_is_the_first_closed_gate() -> None:
    shut = [Gate("a", True, "fine"), Gate("b", False, "stuck at b"), Gate("c", False, "stuck at c")]
    assert answer(shut, "nothing").text == "Stuck at b"
    assert answer(shut[:1], "nothing holds it").text == "Nothing holds it"


@pytest.mark.parametrize("state", ["none", "waiting", "queued", "assigned", "running", "succeeded"])
def test_a_dependency_is_open_only_when_it_has_succeeded(state: str) -> None:
    (gate,) = of_dependencies([Dependency("first", state, 7, NOW)])
    assert gate.open == (state == "succeeded")
    assert gate.text.startswith("dependency first ")


def test_time_opens_at_its_instant() -> None:
    assert of_time(NOW, NOW, "due").open
    assert of_time(NOW + timedelta(seconds=12), NOW, "retry due").text == "retry due in 12 s"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0.0 s"), (1.26, "1.3 s"), (12, "12 s"), (61, "1 min 1 s"), (3600, "1 h"), (93_784, "1 d 2 h")],
)
def test_a_duration_is_said_in_its_two_largest_units(seconds: float, words: str) -> None:
    assert spoken(seconds) == words
