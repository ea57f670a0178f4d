"""Words: what people type is understood, or refused with the nearest thing that is, and said back as it is meant."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from belfry.ground.errors import Invalid
from belfry.rules.schedules import parse
from belfry.rules.schedules.recurrence_words import say_recurrence
from belfry.rules.schedules.recurrences import Recurrence
from belfry.rules.schedules.words import read_words
from rules.phrases import ANCHOR, FAMILIES, ONCE, PHRASES, RECURRENCES, Family, rows

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


@pytest.mark.parametrize("text", ["every x", "nonsense"])
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse(text, anchor=ANCHOR)
