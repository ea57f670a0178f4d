"""What a schedule promises whatever it is written in."""

from datetime import UTC, datetime, timedelta

import pytest

from belfry.ground.errors import Invalid
from belfry.rules.schedules import parse, refuse_what_never_fires

ANCHOR = datetime(2027, 1, 1, 10, 0, 0, tzinfo=UTC)

FOUNDATION = [
    ("*/5 * * * *", "cron", "*/5 * * * *"),
    ("0 3 * * *", "cron", "0 3 * * *"),
    ("0 0 * * 1", "cron", "0 0 * * 1"),
    ("*/5 * * * * *", "cron", "*/5 * * * * *"),
    ("0 */15 * * * *", "cron", "*/15 * * * *"),
    ("14:00", "cron", "0 14 * * *"),
    ("every 5 minutes", "cron", "*/5 * * * *"),
    ("every 7 minutes", "interval", "every 7 minutes"),
    ("every 90 seconds", "interval", "every 90 seconds"),
    ("@every 90s", "interval", "every 90 seconds"),
    ("every 2 hours", "cron", "0 */2 * * *"),
    ("every 3 days", "interval", "every 3 days"),
    ("daily at 3 AM", "cron", "0 3 * * *"),
    ("daily at 6 PM", "cron", "0 18 * * *"),
    ("daily at 14:00", "cron", "0 14 * * *"),
    ("weekly on monday", "cron", "0 0 * * 1"),
    ("@daily", "cron", "0 0 * * *"),
    ("2027-05-23T15:30:00Z", "once", "2027-05-23T15:30:00Z"),
    ("manual", "manual", "manual"),
]


@pytest.mark.parametrize(("text", "kind", "rule"), FOUNDATION)
def test_a_schedule_is_normalised_and_its_rule_and_its_words_parse_back_to_it(text: str, kind: str, rule: str) -> None:
    schedule = parse(text, anchor=ANCHOR)
    assert (schedule.kind, schedule.rule) == (kind, rule)
    assert parse(schedule.rule, anchor=ANCHOR) == schedule
    assert parse(schedule.description, anchor=ANCHOR) == schedule


def test_a_rate_that_divides_nothing_counts_from_the_anchor_without_drift() -> None:
    anchor = datetime(2027, 1, 1, 10, 0, 0, 250_000, tzinfo=UTC)
    schedule = parse("every 7 minutes", anchor=anchor)
    late = anchor + timedelta(days=100, seconds=11)
    assert schedule.next_fire(anchor) == anchor + timedelta(minutes=7)
    assert (schedule.next_fire(late) - anchor) % timedelta(minutes=7) == timedelta(0)


def test_an_instant_without_an_offset_is_in_the_zone_of_the_job() -> None:
    schedule = parse("2027-05-23 15:30", "Europe/Berlin", anchor=ANCHOR)
    assert schedule.next_fire(ANCHOR) == datetime(2027, 5, 23, 13, 30, tzinfo=UTC)


def test_a_time_of_day_is_on_the_wall_clock_of_the_zone() -> None:
    schedule = parse("daily at 3 AM", "Europe/Berlin", anchor=ANCHOR)
    assert schedule.next_fire(ANCHOR) == datetime(2027, 1, 2, 2, tzinfo=UTC)
    assert schedule.next_fire(datetime(2027, 7, 1, tzinfo=UTC)) == datetime(2027, 7, 1, 1, tzinfo=UTC)


def test_an_instant_in_the_past_is_refused_when_it_is_asked_for() -> None:
    schedule = parse("2024-05-23T15:30:00Z", anchor=ANCHOR)
    with pytest.raises(Invalid, match="in the past"):
        refuse_what_never_fires(schedule, ANCHOR)


def test_a_manual_schedule_never_fires_and_is_not_refused() -> None:
    schedule = parse("manual", anchor=ANCHOR)
    refuse_what_never_fires(schedule, ANCHOR)
    assert schedule.next_fire(ANCHOR) is None


@pytest.mark.parametrize(
    "text", ["nonsense", "", "60 * * * *", "0 0 30 2 *", "\x00", "٣ * * * *", "null", "* " * 10_000]
)
def test_what_cannot_be_understood_is_refused_at_its_field_with_its_position(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(text, anchor=ANCHOR)
    (error,) = refused.value.errors
    assert error.field == "schedule"
    assert "at position" in error.message


def test_an_unknown_zone_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(Invalid, match=r"timezone.*Europe/Berlin"):
        parse("manual", "Europe/Berln", anchor=ANCHOR)
