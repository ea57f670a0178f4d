"""A job's instants within its bounds, as its calendar moves or excludes them."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belfry.ground.errors import Invalid
from belfry.rules.calendars import Blackout, Calendar, DateEntry, HolidayRule, Shift, WeeklyHours
from belfry.rules.schedules import parse
from belfry.rules.timing import Kept, Timing, refuse_what_cannot_move

START = datetime(2027, 1, 1, tzinfo=UTC)
ZONE = "Europe/Berlin"
HOLIDAYS = Calendar(
    name="Bavaria",
    holidays=(HolidayRule(country="DE", subdivision="BY"),),
    dates=(DateEntry(date="2027-05-03", to="2027-05-07", name="Company days"),),
    blackouts=(Blackout(start=datetime(2027, 3, 10, 8, tzinfo=UTC), end=datetime(2027, 3, 10, 10, tzinfo=UTC)),),
)


def timing(text: str, shift: Shift = "skip", calendar: Calendar = HOLIDAYS, **bounds: datetime) -> Timing:
    return Timing(parse(text, ZONE, anchor=START), **bounds, kept=Kept(calendar, "never", shift))


def berlin(*parts: int) -> datetime:
    """Winter or summer time as Berlin has it in 2027."""
    wall = datetime(*parts, tzinfo=UTC)
    return wall - timedelta(hours=2 if utc(3, 28, 2) <= wall < utc(10, 31, 3) else 1)


def utc(month: int, day: int, hour: int) -> datetime:
    return datetime(2027, month, day, hour, tzinfo=UTC)


def test_a_holiday_is_excluded_by_name_and_counts_as_an_instant_all_the_same() -> None:
    daily = timing("daily at 9:00")
    assert daily.next_fire(berlin(2027, 12, 24, 9)) == berlin(2027, 12, 25, 9)
    assert daily.excluded(berlin(2027, 12, 25, 9)) == "Christmas Day"
    assert daily.excluded(berlin(2027, 12, 27, 9)) is None
    assert daily.excluded(berlin(2027, 5, 4, 9)) == "Company days"


def test_only_inside_its_hours_a_job_is_not_excluded() -> None:
    office = Calendar(name="Office", weekly=(WeeklyHours(days=("mon",), start="09:00", end="17:00"),))
    inside = Timing(parse("hourly", ZONE, anchor=START), kept=Kept(office, "only"))
    assert inside.excluded(berlin(2027, 1, 4, 9)) is None
    assert inside.excluded(berlin(2027, 1, 4, 17)) == "outside Office"


@pytest.mark.parametrize(
    ("shift", "expected"), [("next", berlin(2027, 12, 27, 9)), ("previous", berlin(2027, 12, 24, 9))]
)
def test_christmas_moves_to_a_business_day_at_the_same_time(shift: Shift, expected: datetime) -> None:
    christmas = timing("0 9 25 12 *", shift)
    assert christmas.next_fire(START) == expected
    assert christmas.moved_from(expected) == berlin(2027, 12, 25, 9)
    assert christmas.excluded(expected) is None


def test_days_off_in_a_row_move_past_all_of_them() -> None:
    weekdays = timing("0 9 * * 1-5", "next")
    fires = weekdays.fires_between(berlin(2027, 4, 30, 12), berlin(2027, 5, 11, 12), 10)
    assert fires == [berlin(2027, 5, 10, 9), berlin(2027, 5, 11, 9)]
    assert timing("0 9 3 5 *", "previous").next_fire(START) == berlin(2027, 4, 30, 9)


SCHEDULES = [
    "daily at 9:00",
    "0 9 * * 1-5",
    "0 6 1 * *",
    "0 9,15 25,26 12 *",
    "30 */2 * * *",
    "0 0 * * 0",
    "0 12 31 * *",
]


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(SCHEDULES), st.sampled_from(["next", "previous"]), st.integers(0, 330), st.integers(1, 40))
def test_moved_instants_are_those_of_every_day_moved_one_by_one(text: str, shift: Shift, after: int, days: int) -> None:
    when = timing(text, shift)
    start = START + timedelta(days=after, hours=7)
    end = start + timedelta(days=days)
    span = timedelta(days=40)
    every = when.schedule.fires_between(start - span, end + span, 10**6)
    expected = sorted({moved for fire in every if start < (moved := _moved(fire, shift)) <= end})
    fires = when.fires_between(start, end, 10**6)
    assert fires == expected
    assert when.count_between(start, end) == len(fires)
    assert when.last_fire(start, end) == (fires[-1] if fires else None)
    assert all(earlier < later for earlier, later in pairwise(fires))


OFF = {date(2027, 5, 3) + timedelta(days=n) for n in range(5)} | {
    date(2027, month, day)
    for month, day in [
        *[(1, 1), (1, 6), (3, 26), (3, 29), (5, 1), (5, 6), (5, 17), (5, 27)],
        *[(10, 3), (11, 1), (12, 25), (12, 26)],
    ]
}
OFF |= {date(2026, 12, 25), date(2026, 12, 26), date(2026, 11, 1), date(2028, 1, 1), date(2028, 1, 6)}


def _moved(fire: datetime, shift: Shift) -> datetime:
    """By hand: Bavaria's holidays, the company's days, one blackout."""
    wall = _wall(fire)
    if wall.date() not in OFF and not berlin(2027, 3, 10, 9) <= fire < berlin(2027, 3, 10, 11):
        return fire
    day = wall.date()
    while True:
        day += timedelta(days=1 if shift == "next" else -1)
        if day not in OFF and day.weekday() < 5:
            return berlin(day.year, day.month, day.day, wall.hour, wall.minute)


def _wall(instant: datetime) -> datetime:
    return instant + timedelta(hours=2 if utc(3, 28, 1) <= instant < utc(10, 31, 1) else 1)


def test_bounds_hold_for_what_is_moved_into_them() -> None:
    late = timing("0 9 25 12 *", "next", start_at=berlin(2027, 12, 27, 9), end_at=berlin(2027, 12, 31, 0))
    assert late.next_fire(START) == berlin(2027, 12, 27, 9)
    assert late.next_fire(berlin(2027, 12, 27, 9)) is None
    early = timing("0 9 25 12 *", "next", end_at=berlin(2027, 12, 26, 0))
    assert early.next_fire(START) is None


def test_a_calendar_without_business_days_moves_nothing() -> None:
    closed = Calendar(name="Closed", dates=(DateEntry(date="2027-01-01", to="2027-12-31"),))
    when = timing("0 9 1 6 *", "next", closed)
    assert when.next_fire(START) == berlin(2027, 6, 1, 9)
    assert when.excluded(berlin(2027, 6, 1, 9))


def test_what_fires_more_often_than_hourly_cannot_be_moved() -> None:
    refuse_what_cannot_move(timing("hourly", "next"))
    refuse_what_cannot_move(timing("every minute", "skip"))
    with pytest.raises(Invalid, match="calendar_shift"):
        refuse_what_cannot_move(timing("every 30 minutes", "next"))
    with pytest.raises(Invalid, match="calendar_shift"):
        refuse_what_cannot_move(timing("* * * 1 1 *", "next"))
