"""Nothing that somebody says is dropped: it counts, or the sentence is refused."""

from datetime import UTC, datetime

import pytest

from belfry.ground.errors import Invalid
from belfry.rules.schedules import ClockChanges, marks, parse

FRIDAY = datetime(2027, 1, 1, 10, tzinfo=UTC)

DROPPED = """
every 1 hour 30 minutes|every hour and 15 minutes|every 2 hours 30 minutes|every 10 minutes at :03 and :33
every minute at :30|in 2 weeks on monday|in 10 minutes on mondays|monday at 9:00 tomorrow|tomorrow in march at 9:00
next monday on friday at 9:00|2027-02-05 09:00 in march|2027-02-05 09:00 on the last day|every second second
every second of the month|once a day at 6:00 and 18:00|once a day every 6 hours|once a month on the 1st and 15th
once a week on monday and thursday|once a year on january 1 and july 1|weekly on the first monday
weekly starting 2027-02-02|monthly starting 2027-02-15|yearly starting 2027-06-01
"""


@pytest.mark.parametrize("text", [text for line in DROPPED.split("\n") for text in line.split("|") if text])
def test_a_sentence_of_which_a_part_would_not_count_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="at position"):
        parse(text, anchor=FRIDAY)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("every 30 minutes at :05", "5,35 * * * *"),
        ("every 20 minutes at :05", "5-45/20 * * * *"),
        ("every 30 seconds at second 5", "5,35 * * * * *"),
        ("at 15 minutes past every hour", "15 * * * *"),
        ("every hour at 15 minutes", "15 * * * *"),
        ("last day of the quarter", "0 0 L 3-12/3 *"),
        ("last friday of each quarter at 17:00", "0 17 * 3-12/3 5L"),
        ("quarterly on the last day", "0 0 L 3-12/3 *"),
        ("first monday of the quarter", "0 0 * */3 1#1"),
        ("once a day at noon", "0 12 * * *"),
        ("once a week on monday at 9:00", "0 9 * * 1"),
        ("once a day on weekdays at 9:00", "0 9 * * 1-5"),
        ("every second tuesday of the month at 3am", "0 3 * * 2#2"),
        ("weekly on tuesday starting 2027-02-02", "0 0 * * 2 starting 2027-02-02T00:00:00Z"),
        ("this friday at 17:00", "2027-01-01T17:00:00Z"),
        ("next friday at 17:00", "2027-01-08T17:00:00Z"),
    ],
)
def test_every_part_of_a_sentence_counts(text: str, rule: str) -> None:
    schedule = parse(text, anchor=FRIDAY)
    assert schedule.rule == rule
    assert parse(schedule.description, anchor=FRIDAY) == schedule


def test_where_skipped_times_do_not_run_nothing_is_marked_as_run_at_the_jump() -> None:
    schedule = parse("0 2,3 * * *", "Europe/Berlin", anchor=FRIDAY, clock_changes=ClockChanges("skip"))
    fires = schedule.fires_between(datetime(2027, 3, 28, tzinfo=UTC), datetime(2027, 3, 28, 12, tzinfo=UTC), 5)
    assert (len(fires), marks(schedule, fires)) == (1, [None])


@pytest.mark.parametrize(
    ("text", "most"),
    [("* * * 1 1 *", 86_400), ("0 9 * * *", 1), ("every 7 minutes", 206), ("manual", 0), ("* * * * * *", 86_400)],
)
def test_the_busiest_day_is_known_however_rare_it_is(text: str, most: int) -> None:
    assert parse(text, anchor=FRIDAY).most_a_day == most
