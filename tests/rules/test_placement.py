"""Placement: least load after assignment, never above capacity, in the order of the queue."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from belfry.rules.placement import Assignment, Place, Queued, place

LABELS = [{}, {"gpu": "true"}, {"gpu": "true", "zone": "b"}]
PACKED = ["{}", '{"gpu":"true"}', '{"gpu":"true","zone":"b"}']

places = st.lists(
    st.builds(
        lambda capacity, share, commands, labels: (capacity, int(capacity * share), commands, labels),
        st.integers(1, 12),
        st.floats(0, 1),
        st.frozensets(st.sampled_from("abc"), min_size=1),
        st.sampled_from(LABELS),
    ),
    max_size=6,
).map(lambda made: [Place(f"w{n}", c, taken, commands, labels) for n, (c, taken, commands, labels) in enumerate(made)])
queues = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(PACKED)), max_size=60).map(
    lambda needs: [Queued(n, command, labels) for n, (command, labels) in enumerate(needs)]
)


@given(queues, places)
def test_each_goes_in_its_order_to_the_fitting_worker_whose_load_is_least_afterwards(
    queue: list[Queued], pool: list[Place]
) -> None:
    given_to = {assignment.execution_id: assignment.worker_id for assignment in place(queue, pool)}
    taken = Counter({worker.worker_id: worker.taken for worker in pool})
    for queued in queue:
        fitting = [w for w in pool if w.fits(queued) and taken[w.worker_id] < w.capacity]
        if not fitting:
            assert queued.id not in given_to
            continue
        best = min(
            fitting, key=lambda w: ((taken[w.worker_id] + 1) / w.capacity, taken[w.worker_id] - w.capacity, w.worker_id)
        )
        assert given_to[queued.id] == best.worker_id
        taken[best.worker_id] += 1
    assert all(taken[worker.worker_id] <= max(worker.capacity, worker.taken) for worker in pool)


def test_forty_on_the_default_pool_fill_it_and_no_more() -> None:
    pool = [Place(f"worker-{n}", capacity, 0, frozenset({"sleep"})) for n, capacity in enumerate((5, 8, 10, 6), 1)]
    assigned = Counter(assignment.worker_id for assignment in place([Queued(n, "sleep") for n in range(40)], pool))
    assert assigned == {"worker-1": 5, "worker-2": 8, "worker-3": 10, "worker-4": 6}


def test_what_fits_nowhere_holds_up_nothing_behind_it() -> None:
    pool = [Place("cpu", 1, 0, frozenset({"a"}))]
    queue = [Queued(1, "b"), Queued(2, "a", '{"gpu":"true"}'), Queued(3, "a"), Queued(4, "a")]
    assert place(queue, pool) == [Assignment(3, "cpu")]


def test_a_worker_above_its_capacity_is_given_nothing() -> None:
    assert place([Queued(1, "a")], [Place("shrunk", 2, 5, frozenset({"a"}))]) == []


def test_the_least_load_after_assignment_wins_not_the_most_free_slots() -> None:
    pool = [Place("big", 10, 5, frozenset({"a"})), Place("small", 4, 1, frozenset({"a"}))]
    assert place([Queued(1, "a")], pool) == [Assignment(1, "small")]


def test_equal_loads_go_to_more_free_slots_and_then_by_name() -> None:
    pool = [Place(name, capacity, taken, frozenset({"a"})) for name, capacity, taken in [("b", 2, 0), ("c", 4, 1)]]
    assert place([Queued(1, "a")], pool) == [Assignment(1, "c")]
    twins = [Place(name, 2, 0, frozenset({"a"})) for name in ("z", "y")]
    assert [each.worker_id for each in place([Queued(1, "a"), Queued(2, "a")], twins)] == ["y", "z"]
