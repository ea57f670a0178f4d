"""Laws that hold for every schedule in every zone at every time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from belfry.rules.schedules import Schedule
from drawn import SPANS, ZONES, schedules


@settings(max_examples=500, deadline=None)
@given(schedules())
def test_each_fire_is_later_than_the_one_before_and_than_the_moment_asked_for(drawn: tuple[Schedule, datetime]) -> None:
    schedule, moment = drawn
    for _ in range(6):
        fire = schedule.next_fire(moment)
        if fire is None:
            return
        assert fire > moment
        assert fire.tzinfo is UTC
        moment = fire


@settings(max_examples=500, deadline=None)
@given(schedules(), st.lists(st.floats(0, 1, exclude_max=True), min_size=3, max_size=6))
def test_the_next_fire_is_the_same_from_every_moment_until_it_comes(
    drawn: tuple[Schedule, datetime], shares: list[float]
) -> None:
    schedule, moment = drawn
    fire = schedule.next_fire(moment)
    if fire is None:
        return
    for share in shares:
        between = moment + (fire - moment) * share
        assert schedule.next_fire(min(between, fire - timedelta(microseconds=1))) == fire
    assert schedule.next_fire(fire) != fire


@settings(max_examples=300, deadline=None)
@given(schedules(), st.sampled_from(SPANS), st.integers(0, 12))
def test_the_fires_of_a_span_are_the_next_ones_one_by_one(
    drawn: tuple[Schedule, datetime], span: timedelta, limit: int
) -> None:
    schedule, start = drawn
    walked: list[datetime] = []
    fire = schedule.next_fire(start)
    while fire is not None and fire <= start + span and len(walked) < limit:
        walked.append(fire)
        fire = schedule.next_fire(fire)
    assert schedule.fires_between(start, start + span, limit) == walked


@settings(max_examples=300, deadline=None)
@given(schedules(), st.sampled_from(ZONES))
def test_the_zone_a_moment_is_written_in_changes_nothing(drawn: tuple[Schedule, datetime], zone: str) -> None:
    schedule, moment = drawn
    assert schedule.next_fire(moment.astimezone(ZoneInfo(zone))) == schedule.next_fire(moment)
