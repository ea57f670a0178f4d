"""Cycles among dependencies."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from belfry.rules.graph import find_cycle

edges = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=20)


def reaches(start: str, goal: str, given_edges: list[tuple[str, str]]) -> bool:
    seen, here = set[str](), {start}
    while here:
        here = {target for origin, target in given_edges if origin in here} - seen
        if goal in here:
            return True
        seen |= here
    return False


@given(edges)
def test_a_cycle_is_found_where_there_is_one_and_is_real(given_edges: list[tuple[str, str]]) -> None:
    cycle = find_cycle("a", given_edges)
    assert (cycle is not None) == reaches("a", "a", given_edges)
    if cycle:
        assert cycle[0] == cycle[-1] == "a"
        assert set(pairwise(cycle)) <= set(given_edges)
        assert len(set(cycle)) == len(cycle) - 1


@given(edges)
def test_the_cycle_that_is_told_is_a_shortest_one(given_edges: list[tuple[str, str]]) -> None:
    cycle = find_cycle("a", given_edges)
    if cycle:
        steps, here = 1, {target for origin, target in given_edges if origin == "a"}
        while "a" not in here:
            here = {target for origin, target in given_edges if origin in here}
            steps += 1
        assert len(cycle) == steps + 1


def test_a_job_that_depends_on_itself_is_the_shortest_cycle() -> None:
    assert find_cycle("a", [("a", "b"), ("b", "a"), ("a", "a")]) == ["a", "a"]


def test_a_cycle_of_a_thousand_is_spelled_out() -> None:
    names = [f"job-{n}" for n in range(1000)]
    assert find_cycle("job-0", pairwise([*names, "job-0"])) == [*names, "job-0"]


def test_a_cycle_elsewhere_is_not_told() -> None:
    assert find_cycle("a", [("a", "b"), ("b", "c"), ("c", "b")]) is None
