"""Placement: least load after assignment, never above capacity, in the order of the queue."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from belfry.rules.placement import Place, Queued, place

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
