"""The state machine, and what follows a failed attempt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.rules.lifecycle import FINAL, LIVE, MOVES, RetryPolicy, State, backoff, diagram, retry_after

policies = st.builds(
    RetryPolicy,
    type=st.sampled_from(["FIXED", "EXPONENTIAL"]),
    max_retries=st.integers(0, 100),
    delay_ms=st.integers(0, 86_400_000),
    max_delay_ms=st.integers(0, 86_400_000),
    jitter=st.floats(0, 1),
)


def test_nothing_leaves_a_final_state() -> None:
    assert all(not origins & FINAL for origins, _ in MOVES.values())


def test_every_state_can_be_left_or_is_final_and_every_one_is_reached() -> None:
    assert {origin for origins, _ in MOVES.values() for origin in origins} == LIVE
    assert {target for _, target in MOVES.values()} | {State.WAITING} == set(State)


def test_whatever_lives_can_be_cancelled() -> None:
    assert MOVES["cancel"] == (LIVE, State.CANCELLED)


@given(policies, st.integers(1, 1000), st.floats(0, 1, exclude_max=True))
def test_a_delay_is_never_shorter_than_the_one_before_nor_above_the_cap(
    policy: RetryPolicy, failure: int, chance: float
) -> None:
    delay = backoff(policy, failure, chance)
    assert 0 <= delay <= backoff(policy, failure + 1, chance)
    if policy.type == "EXPONENTIAL":
        assert delay <= policy.max_delay_ms / 1000


@pytest.mark.parametrize(("failure", "seconds"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 10), (50, 10)])
def test_exponential_doubles_up_to_its_cap(failure: int, seconds: float) -> None:
    assert backoff(RetryPolicy("EXPONENTIAL", 100, 1000, 10_000), failure) == seconds


@given(policies, st.integers(1, 300), st.integers(0, 20))
def test_losses_use_up_no_retry(policy: RetryPolicy, failures: int, losses: int) -> None:
    again = retry_after(policy, failures + losses, losses) is not None
    assert again == (failures <= policy.max_retries)


def test_none_never_tries_again() -> None:
    assert retry_after(RetryPolicy(), 1, 0) is None


def test_the_diagram_shows_every_move() -> None:
    drawn = diagram()
    for event, (origins, target) in MOVES.items():
        assert all(f"{origin} --> {target}: {event}" in drawn for origin in origins)
