"""Every due instant is accounted for exactly once, whatever the policies."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from belfry.rules.firing import CHUNK, Due, decide

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class Every:
    """Instants at a fixed distance."""

    def __init__(self, seconds: int) -> None:
        self.step = timedelta(seconds=seconds)

    def next_fire(self, after: datetime) -> datetime | None:
        return EPOCH + self.step * ((after - EPOCH) // self.step + 1)

    def fires_between(self, start: datetime, end: datetime, limit: int) -> list[datetime]:
        found: list[datetime] = []
        fire = self.next_fire(start)
        while fire and fire <= end and len(found) < limit:
            found.append(fire)
            fire = self.next_fire(fire)
        return found


@given(
    st.integers(1, 3600),
    st.integers(0, 3 * CHUNK),
    st.sampled_from(["once", "all", "skip"]),
    st.sampled_from(["skip", "allow"]),
    st.booleans(),
)
def test_instants_are_fired_or_skipped_without_a_gap(
    seconds: int, missed: int, misfire: str, overlap: str, live: bool
) -> None:
    times = Every(seconds)
    first = EPOCH + times.step
    now = first + times.step * missed + times.step / 2
    verdict = decide(Due(first, misfire, overlap, live=live), times, now)
    spans = [(fire, fire, 1) for fire in verdict.fires] + [
        (skip.first, skip.last, skip.count) for skip in verdict.skips
    ]
    covered = sorted(spans)
    expected = first
    for start, end, count in covered:
        assert start == expected
        assert end == start + times.step * (count - 1)
        expected = end + times.step
    assert verdict.next_fire_at == expected
    assert verdict.last == expected - times.step
    assert sum(count for _, _, count in covered) == min(missed + 1, CHUNK)
    if overlap == "skip":
        assert len(verdict.fires) <= (0 if live else 1)


def test_nothing_is_decided_beyond_the_end() -> None:
    times = Every(10)
    end = EPOCH + timedelta(seconds=35)
    verdict = decide(Due(EPOCH + times.step, "all", "allow", end), times, EPOCH + timedelta(seconds=100))
    assert (len(verdict.fires), verdict.next_fire_at) == (3, None)
