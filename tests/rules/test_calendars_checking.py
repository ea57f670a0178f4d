"""What is refused in a calendar, and at which field."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.ground.errors import FieldError, Invalid
from belfry.rules.calendars import Calendar, check

HOURS = {"days": ["mon"], "from": "09:00", "to": "17:00"}
SPAN = {"from": "2027-01-01T00:00:00Z", "to": "2027-01-02T00:00:00+01:00"}
EMPTY_ICS = "BEGIN:VCALENDAR\nEND:VCALENDAR\n"


def refused(**fields: Any) -> list[FieldError]:
    try:
        check(msgspec.convert({"name": "A calendar"} | fields, Calendar))
    except Invalid as error:
        return list(error.errors)
    return []


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"id": "de-by.2027_a", "name": "é" * 200, "description": "x" * 10_000},
        {"holidays": [{"country": "DE"}] * 100},
        {"holidays": [{"country": "DE", "subdivision": "BY", "categories": ["public", "catholic"]}]},
        {"dates": [{"date": "2028-02-29", "name": "x" * 200}]},
        {"dates": [{"date": "2027-12-24", "to": "2027-12-24", "yearly": True}]},
        {"dates": [{"date": "2027-12-24", "to": "2028-12-23", "yearly": True}]},
        {"dates": [{"date": "1900-01-01", "to": "2500-12-31"}]},
        {"weekly": [HOURS | {"from": "00:00", "to": "24:00"}]},
        {"weekly": [HOURS | {"from": "22:00", "to": "06:00"}]},
        {"blackouts": [SPAN]},
        {"icalendar": EMPTY_ICS},
        {"icalendar": EMPTY_ICS.replace("\n", "\r\n").ljust(512 * 1024, "\n")},
    ],
)
def test_what_makes_sense_is_accepted(fields: dict[str, Any]) -> None:
    assert refused(**fields) == []


@pytest.mark.parametrize(
    ("fields", "field", "code", "hint"),
    [
        ({"id": "A b"}, "id", "slug", "a-z"),
        ({"name": " "}, "name", "empty", ""),
        ({"name": "x" * 201}, "name", "too_long", "201"),
        ({"name": "a\0b"}, "name", "nul", "NUL"),
        ({"description": "x" * 10_001}, "description", "too_long", ""),
        ({"description": "\ud800"}, "description", "surrogate", ""),
        ({"holidays": [{"country": "DE"}] * 101}, "holidays", "too_many", "101"),
        ({"dates": [{"date": "2027-01-01"}] * 101}, "dates", "too_many", "101"),
        ({"weekly": [HOURS] * 101}, "weekly", "too_many", "101"),
        ({"blackouts": [SPAN] * 101}, "blackouts", "too_many", "101"),
        ({"holidays": [{"country": "Germny"}]}, "holidays[0].country", "unknown_country", "'DE' (Germany)"),
        ({"holidays": [{"country": "de"}]}, "holidays[0].country", "unknown_country", "'DE' (Germany)"),
        ({"holidays": [{"country": "USA"}]}, "holidays[0].country", "unknown_country", "'US'"),
        ({"holidays": [{"country": "\0"}]}, "holidays[0].country", "unknown_country", "two letters"),
        (
            {"holidays": [{"country": "DE"}, {"country": "DE", "subdivision": "Bayer"}]},
            "holidays[1].subdivision",
            "unknown_subdivision",
            "did you mean 'BY'",
        ),
        (
            {"holidays": [{"country": "DE", "subdivision": "XX"}]},
            "holidays[0].subdivision",
            "unknown_subdivision",
            "known: BB, BE",
        ),
        (
            {"holidays": [{"country": "JP", "subdivision": "13"}]},
            "holidays[0].subdivision",
            "unknown_subdivision",
            "must be null",
        ),
        (
            {"holidays": [{"country": "DE", "categories": ["public", "publc"]}]},
            "holidays[0].categories[1]",
            "unknown_category",
            "'public'",
        ),
        ({"holidays": [{"country": "DE", "categories": []}]}, "holidays[0].categories", "empty", "catholic, public"),
        ({"dates": [{"date": "2027-02-29"}]}, "dates[0].date", "date", "2027-12-24"),
        ({"dates": [{"date": "20271224"}]}, "dates[0].date", "date", ""),
        ({"dates": [{"date": "1899-12-31"}]}, "dates[0].date", "date", "1900"),
        ({"dates": [{"date": "2027-12-24", "to": ""}]}, "dates[0].to", "date", ""),
        ({"dates": [{"date": "2027-12-24", "to": "2027-12-23"}]}, "dates[0].to", "range", ""),
        (
            {"dates": [{"date": "2027-12-24", "to": "2028-12-24", "yearly": True}]},
            "dates[0].to",
            "range",
            "within a year",
        ),
        ({"dates": [{"date": "2027-12-24", "name": "x" * 201}]}, "dates[0].name", "too_long", "201"),
        ({"dates": [{"date": "2027-12-24", "name": "\0"}]}, "dates[0].name", "nul", ""),
        ({"weekly": [HOURS | {"days": []}]}, "weekly[0].days", "empty", "mon, tue"),
        ({"weekly": [HOURS | {"days": ["Monday"]}]}, "weekly[0].days[0]", "choice", "did you mean 'mon'"),
        ({"weekly": [HOURS | {"days": ["mon", "mon"]}]}, "weekly[0].days", "duplicate", ""),
        ({"weekly": [HOURS, HOURS | {"from": "9:00"}]}, "weekly[1].from", "time", "09:00"),
        ({"weekly": [HOURS | {"to": "24:01"}]}, "weekly[0].to", "time", ""),
        ({"weekly": [HOURS | {"from": "24:00"}]}, "weekly[0].from", "range", "00:00"),
        ({"weekly": [HOURS | {"to": "09:00"}]}, "weekly[0].to", "range", "00:00 to 24:00"),
        ({"blackouts": [SPAN | {"from": "2027-01-01T00:00:00"}]}, "blackouts[0].from", "offset", "Z"),
        ({"blackouts": [SPAN | {"to": "2027-01-01T00:00:00Z"}]}, "blackouts[0].to", "range", "later"),
        ({"blackouts": [SPAN | {"to": "9999-12-31T23:59:59-12:00"}]}, "blackouts[0].to", "range", "2500"),
        ({"blackouts": [SPAN | {"name": "x" * 201}]}, "blackouts[0].name", "too_long", ""),
        ({"icalendar": " "}, "icalendar", "empty", "leave it out"),
        ({"icalendar": EMPTY_ICS.ljust(512 * 1024 + 1, "\n")}, "icalendar", "too_long", "524,288"),
        ({"icalendar": EMPTY_ICS + "\0"}, "icalendar", "nul", "NUL"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(fields: dict[str, Any], field: str, code: str, hint: str) -> None:
    found = [error for error in refused(**fields) if (error.field, error.code) == (field, code)]
    assert found, refused(**fields)
    assert hint in found[0].message
    assert {error.field for error in refused(**fields)} == {field}


def test_everything_that_is_wrong_is_said_at_once() -> None:
    errors = refused(
        name="",
        holidays=[{"country": "XX"}, {"country": "DE", "subdivision": "XX", "categories": ["x"]}],
        dates=[{"date": "x", "to": "y", "name": "z" * 201}],
        weekly=[{"days": ["x"], "from": "x", "to": "y"}],
        blackouts=[{"from": "2027-01-01T00:00:00", "to": "2027-01-01T00:00:00"}],
        icalendar="x",
    )
    assert [error.field for error in errors] == [
        "name",
        "holidays[0].country",
        "holidays[1].subdivision",
        "holidays[1].categories[0]",
        "dates[0].name",
        "dates[0].date",
        "dates[0].to",
        "weekly[0].days[0]",
        "weekly[0].from",
        "weekly[0].to",
        "blackouts[0].from",
        "blackouts[0].to",
        "icalendar",
    ]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"colour": "red"}, "colour"),
        ({"holidays": [{"country": "DE", "state": "BY"}]}, "state"),
        ({"weekly": [{"days": ["mon"], "start": "09:00", "to": "10:00"}]}, r"from|start"),
        ({"dates": [{}]}, "date"),
    ],
)
def test_a_field_that_is_not_there_or_missing_is_refused(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=path):
        msgspec.convert({"name": "A calendar"} | fields, Calendar)


texts = st.text(max_size=12)


@given(
    st.fixed_dictionaries(
        {
            "id": st.none() | texts,
            "name": texts,
            "holidays": st.lists(
                st.fixed_dictionaries(
                    {"country": texts, "subdivision": st.none() | texts, "categories": st.lists(texts)}
                ),
                max_size=2,
            ),
            "dates": st.lists(st.fixed_dictionaries({"date": texts, "to": st.none() | texts}), max_size=2),
            "weekly": st.lists(
                st.fixed_dictionaries({"days": st.lists(texts), "from": texts, "to": texts}), max_size=2
            ),
            "icalendar": st.none() | texts,
        }
    )
)
def test_whatever_is_written_is_refused_in_words_or_accepted(fields: dict[str, Any]) -> None:
    assert all(error.message for error in refused(**fields))
