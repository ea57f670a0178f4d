"""Words: what people type is understood, or refused with the nearest thing that is, and said back as it is meant."""

import re
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from belfry.ground.errors import FieldError, Invalid
from belfry.rules.schedules import parse
from belfry.rules.schedules.recurrence_words import say_recurrence
from belfry.rules.schedules.recurrences import Recurrence
from belfry.rules.schedules.words import read_words
from rules.phrases import ANCHOR, FAMILIES, ONCE, PHRASES, RECURRENCES, Family, rows
from rules.refusals import REFUSALS

BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(("phrase", "family"), PHRASES, ids=[phrase for phrase, _ in PHRASES])
def test_a_phrase_means_its_rule_and_so_do_the_words_for_that_rule(phrase: str, family: Family) -> None:
    schedule = parse(phrase, anchor=ANCHOR)
    assert schedule.rule == family.rule
    assert parse(schedule.rule, anchor=ANCHOR) == schedule
    assert parse(schedule.description, anchor=ANCHOR) == schedule


@pytest.mark.parametrize("family", FAMILIES, ids=[f"{n} {family.rule}" for n, family in enumerate(FAMILIES)])
def test_a_rule_fires_at_the_wall_times_a_person_would_pick_by_hand(family: Family) -> None:
    end = ANCHOR + timedelta(days=family.days)
    walls = (ANCHOR + timedelta(seconds=n) for n in range(family.step, int(family.days * 86_400) + 1, family.step))
    expected = [wall for wall in walls if family.fires(wall.replace(tzinfo=None))]
    assert len(expected) > 0
    phrase = family.phrases.split("|")[0]
    assert parse(phrase, anchor=ANCHOR).fires_between(ANCHOR, end, len(expected) + 1) == expected


def test_the_table_of_phrases_is_long() -> None:
    assert len({phrase for phrase, _ in PHRASES}) >= 300


@pytest.mark.parametrize(("phrase", "rule"), rows(RECURRENCES))
def test_a_stride_of_days_with_a_time_is_a_recurrence_and_is_said_back_as_one(phrase: str, rule: str) -> None:
    assert read_words(phrase).meaning == Recurrence(rule)
    assert read_words(say_recurrence(rule)).meaning == Recurrence(rule)


@pytest.mark.parametrize(("phrase", "_rule"), rows(RECURRENCES))
@pytest.mark.parametrize("tail", ["", " starting 2027-03-01", " counted from 2027-02-14"])
def test_a_stride_says_what_it_counts_from_and_its_words_name_the_same_instants(
    phrase: str, _rule: str, tail: str
) -> None:
    schedule = parse(phrase + tail, BERLIN, anchor=ANCHOR)
    assert "counted from" in schedule.description
    assert parse(schedule.description, BERLIN, anchor=datetime(2001, 5, 5, tzinfo=UTC)) == schedule
    assert parse(schedule.rule, BERLIN, anchor=ANCHOR) == schedule


def test_every_other_day_counts_from_the_day_it_is_said_to_start_on() -> None:
    schedule = parse("every other day at 9:00 starting 2027-03-01", anchor=ANCHOR)
    fires = schedule.fires_between(ANCHOR, ANCHOR + timedelta(days=90), 3)
    assert [(fire.month, fire.day, fire.hour) for fire in fires] == [(3, 1, 9), (3, 3, 9), (3, 5, 9)]


def test_what_bounds_leave_out_is_not_counted() -> None:
    schedule = parse(f"daily at 9:00 {BOUND}", BERLIN, anchor=ANCHOR)
    end = ANCHOR + timedelta(days=900)
    assert schedule.count_between(ANCHOR, end) == len(schedule.fires_between(ANCHOR, end, 100)) == 3
    assert schedule.last_fire(ANCHOR, end) == datetime(2027, 3, 3, 8, tzinfo=UTC)
    assert schedule.count_between(end, end + timedelta(days=1)) == 0
    assert schedule.last_fire(end, end + timedelta(days=1)) is None


@pytest.mark.parametrize(("phrase", "wall"), rows(ONCE))
def test_a_dated_phrase_is_one_instant_on_the_clock_of_the_zone(phrase: str, wall: str) -> None:
    schedule = parse(phrase, BERLIN, anchor=datetime(2020, 1, 1, tzinfo=UTC), said_at=ANCHOR)
    instant = datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(BERLIN)).astimezone(UTC)
    assert (schedule.kind, schedule.next_fire(datetime(2000, 1, 1, tzinfo=UTC))) == ("once", instant)
    assert parse(schedule.description, BERLIN, anchor=ANCHOR) == schedule


@pytest.mark.parametrize(("phrase", "_family"), PHRASES[::7])
def test_case_and_blanks_make_no_difference(phrase: str, _family: Family) -> None:
    spaced = "  " + phrase.upper().replace(" ", " \t ") + " "
    assert parse(spaced, anchor=ANCHOR) == parse(phrase, anchor=ANCHOR)


ROWS = [line.rsplit(" @ ", 2) for line in REFUSALS.split("\n") if line]


@pytest.mark.parametrize(("text", "position", "offer"), ROWS, ids=[row[0] for row in ROWS])
def test_what_is_unclear_is_refused_where_it_is_and_what_is_offered_instead_is_understood(
    text: str, position: str, offer: str
) -> None:
    error = _refused(text)
    assert (error.field, error.code) == ("schedule", "unreadable_schedule")
    assert re.search(rf"at position {position}\b", error.message)
    offered = _offered(error.message)
    assert offered
    for sentence in offered:
        parse(sentence, anchor=ANCHOR)
    if offer != "…":
        assert "did you mean" in error.message
        assert offered == offer.split(" / ")


def _refused(text: str, zone: str = "UTC") -> FieldError:
    with pytest.raises(Invalid) as refused:
        parse(text, zone, anchor=ANCHOR)
    (error,) = refused.value.errors
    return error


def _offered(message: str) -> list[str]:
    return re.findall('"([^"]*)"', re.split("did you mean|write for example", message)[-1])


def test_the_table_of_refusals_is_long() -> None:
    assert len({row[0] for row in ROWS}) >= 80


@pytest.mark.parametrize("text", ["every " * 80, "at " + "9:00, " * 80, "first of " * 80, "a" * 500, "monday or " * 50])
def test_long_nonsense_is_refused_within_milliseconds(text: str) -> None:
    _refused("nonsense")
    started = time.process_time()
    _refused(text[:500])
    assert time.process_time() - started < 1.25


NUMBERS = st.sampled_from([1, 2, 3, 4, 5, 6, 7, 10, 12, 15, 20, 30, 45, 59, 60])
TIMES = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from([0, 5, 17, 30, 59]))
PACES = st.builds("every {} {}".format, NUMBERS, st.sampled_from(["seconds", "minutes", "hours", "days", "weeks"]))
WEEKDAYS = st.lists(
    st.sampled_from(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]), min_size=1
)
MONTHS = st.lists(
    st.sampled_from(["january", "february", "march", "april", "may", "june", "july"]), min_size=1, max_size=3
)
DATES = st.lists(
    st.sampled_from(["1st", "2nd", "3rd", "11th", "28th", "last day", "third-to-last day", "first weekday"])
)
DAYS = st.one_of(
    st.just("daily"),
    st.builds("on {}".format, WEEKDAYS.map(" and ".join)),
    st.builds("on the {}".format, DATES.filter(bool).map(", the ".join)),
    st.builds(
        "on the {} {}".format, st.sampled_from(["first", "2nd", "third", "last", "second-to-last"]), WEEKDAYS.map(min)
    ),
)
CLAUSES = st.one_of(
    PACES,
    st.builds("{} at {}".format, DAYS, st.lists(TIMES, min_size=1, max_size=4).map(" and ".join)),
    st.builds("{} in {} at {}".format, DAYS, MONTHS.map(" and ".join), TIMES),
    st.builds("every {} minutes between {} and {} {}".format, NUMBERS, TIMES, TIMES, st.just("on weekdays")),
    st.builds("every {} hours between {} and {} exclusive".format, NUMBERS, TIMES, TIMES),
    st.builds("every {} minutes of every hour {}".format, NUMBERS, DAYS),
)


@given(CLAUSES)
def test_a_sentence_is_said_back_in_words_of_the_same_meaning(sentence: str) -> None:
    try:
        schedule = parse(sentence, BERLIN, anchor=ANCHOR)
    except Invalid as refused:
        reject() if "position" in str(refused) else pytest.fail(str(refused))
    assert parse(schedule.description, BERLIN, anchor=ANCHOR) == schedule
    assert parse(schedule.rule, BERLIN, anchor=ANCHOR) == schedule
    assert parse(sentence.upper(), BERLIN, anchor=ANCHOR) == schedule


def _field(low: int, high: int, *marks: str) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    ends = st.tuples(number, number).map(sorted)
    items = [number.map(str), ends.map("{0[0]}-{0[1]}".format), *(st.just(mark) for mark in marks)]
    lists = st.lists(st.one_of(items), min_size=1, max_size=3).map(",".join)
    return st.one_of(st.just("*"), st.integers(2, high // 2).map("*/{}".format), lists)


CRON = st.tuples(
    st.sampled_from(["0", "0", "0", "*/10", "30", "5,50", "*"]),
    _field(0, 59),
    _field(0, 23),
    _field(1, 28, "L", "L-3", "15W", "LW", "W#2", "W#-3"),
    _field(1, 12),
    _field(0, 6, "5L", "1#1", "3#2", "5#-2"),
).map(" ".join)


@given(CRON)
def test_a_cron_rule_is_said_in_words_that_are_read_as_that_rule(text: str) -> None:
    try:
        schedule = parse(text, anchor=ANCHOR)
    except Invalid:
        reject()
    assert parse(schedule.description, anchor=ANCHOR) == schedule


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("*/5 * * * *", "every 5 minutes"),
        ("0 * * * *", "every hour"),
        ("30 */2 * * *", "every 2 hours at :30"),
        ("0 3 * * *", "daily at 03:00"),
        ("30 9 * * 1-5", "weekdays at 09:30"),
        ("0 10 * * 0,6", "weekends at 10:00"),
        ("0 18 * * 1,4", "every monday and thursday at 18:00"),
        ("0 0 1 * *", "monthly on the 1st at 00:00"),
        ("0 9 * * 5L", "monthly on the last friday at 09:00"),
        ("0 9 L-2 * *", "monthly on the third-to-last day at 09:00"),
        ("0 18 24 12 *", "yearly on december 24th at 18:00"),
        ("0 9 1 */3 *", "every 3 months on the 1st at 09:00"),
        ("*/15 9-16 * * 1-5 | 0 17 * * 1-5", "every 15 minutes between 09:00 and 17:00 inclusive on weekdays"),
        ("*/15 9-16 * * 1-5", "every 15 minutes between 09:00 and 17:00 exclusive on weekdays"),
        ("0 9-17 * * *", "every hour between 09:00 and 17:00 inclusive"),
        ("*/7 8-18 1,15 * *", "every 7 minutes of hours 8 to 18 on the 1st and 15th"),
        ("0 0 13 * 5", "monthly on the 13th or on fridays at 00:00"),
        ("0 0 */2 * 1", "every 2 days of every month if it is a monday at 00:00"),
        ("0 17 * * 5 | 0 9 * * 1", "every friday at 17:00 and also every monday at 09:00"),
    ],
)
def test_the_usual_rules_are_said_shortly(rule: str, words: str) -> None:
    assert parse(rule, anchor=ANCHOR).description == words


def test_any_time_is_one_minute_of_the_window_and_spreads_the_jobs_over_it() -> None:
    text = "any time between 01:00 and 05:00 on weekdays"
    rules = [parse(text, anchor=ANCHOR, job_id=f"job-{n}").rule.split() for n in range(500)]
    assert rules == [parse(text, anchor=ANCHOR, job_id=f"job-{n}").rule.split() for n in range(500)]
    minutes = [int(rule[1]) * 60 + int(rule[0]) for rule in rules]
    assert all(
        60 <= minute < 300 and rule[2:] == ["*", "*", "1-5"] for minute, rule in zip(minutes, rules, strict=True)
    )
    assert len(set(minutes)) > 150


def test_a_window_over_midnight_belongs_to_the_day_it_begins_on() -> None:
    late = {parse("any time between 23:00 and 1:00 on fridays", anchor=ANCHOR, job_id=str(n)).rule for n in range(50)}
    assert {rule.split()[1] + rule.split()[4] for rule in late} == {"235", "06"}


@pytest.mark.parametrize(
    "text",
    ["daily at 3 AM {}", "0 3 * * * {}", "@daily {}", "every 5 minutes in {}", "CRON_TZ={} 0 3 * * *", "manual {}"],
)
@pytest.mark.parametrize("zone", ["Europe/Berlin", "america/new_york", "UTC", "America/Argentina/Buenos_Aires"])
def test_a_zone_in_the_text_holds_when_the_job_names_no_other(text: str, zone: str) -> None:
    schedule = parse(text.format(zone), anchor=ANCHOR)
    assert schedule.timezone.lower() == zone.lower()
    assert parse(text.format(zone), schedule.timezone, anchor=ANCHOR) == schedule
    assert parse(schedule.description, schedule.timezone, anchor=ANCHOR) == schedule


def test_two_different_zones_are_refused_by_name() -> None:
    error = _refused("daily at 3 AM Europe/Berlin", "Asia/Tokyo")
    assert error.field == "schedule"
    assert "Europe/Berlin" in error.message
    assert "Asia/Tokyo" in error.message


BOUND = "starting 2027-03-01 until 2027-03-03"


@pytest.mark.parametrize("text", ["daily at 9:00", "0 9 * * *", "0 9 * * 0-3 | 0 9 * * 4-6", "at 9 am"])
def test_bounds_hold_for_every_notation_and_the_last_day_counts_whole(text: str) -> None:
    schedule = parse(f"{text} {BOUND}", BERLIN, anchor=ANCHOR)
    fires = schedule.fires_between(ANCHOR, ANCHOR + timedelta(days=900), 100)
    hour = fires[0].astimezone(ZoneInfo(BERLIN)).hour
    assert [fire.astimezone(ZoneInfo(BERLIN)).isoformat()[:13] for fire in fires] == [
        f"2027-03-0{day}T{hour:02}" for day in (1, 2, 3)
    ]
    assert schedule.rule.endswith(" starting 2027-02-28T23:00:00Z until 2027-03-03T22:59:59Z")
    assert parse(schedule.rule, BERLIN, anchor=ANCHOR) == schedule
    assert parse(schedule.description, BERLIN, anchor=ANCHOR) == schedule


def test_a_rate_with_a_start_counts_from_it_and_its_text_parses_to_itself() -> None:
    schedule = parse("every 90 minutes starting 2027-03-01 09:00", anchor=ANCHOR)
    fires = schedule.fires_between(ANCHOR, ANCHOR + timedelta(days=90), 2)
    assert fires == [datetime(2027, 3, 1, 9, tzinfo=UTC), datetime(2027, 3, 1, 10, 30, tzinfo=UTC)]
    assert parse(schedule.rule, anchor=ANCHOR + timedelta(days=5)) == schedule


def test_an_end_before_the_start_is_refused() -> None:
    assert _refused("daily starting 2027-03-01 until 2027-02-01").code == "never_fires"
