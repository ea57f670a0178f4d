"""What iCalendar files cover; their recurrence rules beside those of dateutil."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import example, given, settings
from hypothesis import strategies as st

from belfry.ground.errors import Invalid
from belfry.rules.calendars import Calendar, check, covering, is_business_day, windows
from belfry.rules.calendars.covered import spans, whole_days
from belfry.rules.calendars.recurring import Unreadable, days, read
from belfry.rules.schedules.zones import zone_name

BERLIN = "Europe/Berlin"


def a_file(*events: str) -> str:
    """An .ics with these events, each a text of lines parted by spaces, unless quoted."""
    blocks = ["\r\n".join(["BEGIN:VEVENT", *re.findall(r'(?:"[^"]*"|\S)+', event), "END:VEVENT"]) for event in events]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *blocks, "END:VCALENDAR", ""])


def a_calendar(*events: str) -> Calendar:
    calendar = Calendar(name="A file", icalendar=a_file(*events))
    check(calendar)
    return calendar


def days_of(calendar: Calendar, year: int = 2027) -> list[str]:
    return [f"{day:%m-%d}" for day in sorted(whole_days(calendar, year))]


def spans_of(calendar: Calendar, zone: str = BERLIN, year: int = 2027) -> list[str]:
    """The timed events of a year in UTC."""
    found = spans(calendar, zone, year).spans
    return [f"{span.start:%m-%dT%H:%M}/{span.end:%m-%dT%H:%M}" for span in found if span.start.year == year]


@pytest.mark.parametrize(
    ("event", "covered"),
    [
        ("DTSTART;VALUE=DATE:20271224", ["12-24"]),
        ("DTSTART:20271224", ["12-24"]),
        ("DTSTART;VALUE=DATE:20271224 DTEND;VALUE=DATE:20271227", ["12-24", "12-25", "12-26"]),
        ("DTSTART;VALUE=DATE:20271224 DTEND;VALUE=DATE:20271224", ["12-24"]),
        ("DTSTART;VALUE=DATE:20271224 DURATION:P2D", ["12-24", "12-25"]),
        ("DTSTART;VALUE=DATE:20271231 DTEND;VALUE=DATE:20280103", ["12-31"]),
        ("DTSTART;VALUE=DATE:20261230 DTEND;VALUE=DATE:20270103", ["01-01", "01-02"]),
        ("DTSTART;VALUE=DATE:20271224 STATUS:CANCELLED", []),
        ("DTSTART;VALUE=DATE:20271224 STATUS:CONFIRMED TRANSP:TRANSPARENT", ["12-24"]),
        ("DTSTART;VALUE=DATE:16040501 RRULE:FREQ=YEARLY", ["05-01"]),
        ("DTSTART;VALUE=DATE:20250501 RRULE:FREQ=YEARLY;COUNT=2", []),
        ("DTSTART;VALUE=DATE:20250501 RRULE:FREQ=YEARLY;COUNT=3", ["05-01"]),
        ("DTSTART;VALUE=DATE:20250501 RRULE:FREQ=YEARLY;UNTIL=20270430", []),
        ("DTSTART;VALUE=DATE:20250501 RRULE:FREQ=YEARLY;UNTIL=20270501", ["05-01"]),
        ("DTSTART;VALUE=DATE:20250501 RRULE:FREQ=YEARLY;UNTIL=99991231T235959Z", ["05-01"]),
        ("DTSTART;VALUE=DATE:20251127 RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", ["11-25"]),
        ("DTSTART;VALUE=DATE:20270101 RRULE:FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20270401", ["01-29", "02-26", "03-26"]),
        ("DTSTART;VALUE=DATE:20270131 RRULE:FREQ=MONTHLY;COUNT=3", ["01-31", "03-31", "05-31"]),
        ("DTSTART;VALUE=DATE:20261228 RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=3", ["01-11", "01-25"]),
        (
            "DTSTART;VALUE=DATE:20270104 RRULE:FREQ=WEEKLY;COUNT=4 EXDATE;VALUE=DATE:20270111,20270125",
            ["01-04", "01-18"],
        ),
        ("DTSTART;VALUE=DATE:20270104 RDATE;VALUE=DATE:20270301,20280301", ["01-04", "03-01"]),
        (
            "DTSTART;VALUE=DATE:20261220 DTEND;VALUE=DATE:20261224 RRULE:FREQ=WEEKLY;COUNT=3",
            ["01-03", "01-04", "01-05", "01-06"],
        ),
        ("DTSTART;VALUE=DATE:20270230 RRULE:FREQ=YEARLY STATUS:CANCELLED", []),
        ("DTSTART;VALUE=DATE:20280229 RRULE:FREQ=YEARLY", []),
    ],
)
def test_all_day_events_cover_whole_days(event: str, covered: list[str]) -> None:
    calendar = a_calendar(event)
    assert days_of(calendar) == covered
    assert spans_of(calendar) == []


@pytest.mark.parametrize(
    ("event", "covered"),
    [
        ("DTSTART:20270607T100000Z DTEND:20270607T113000Z", ["06-07T10:00/06-07T11:30"]),
        ("DTSTART;TZID=Europe/Berlin:20270607T100000 DURATION:PT90M", ["06-07T08:00/06-07T09:30"]),
        ('DTSTART;TZID="Europe/Berlin":20270607T100000 DURATION:PT1H', ["06-07T08:00/06-07T09:00"]),
        ("DTSTART;TZID=/example.org/Europe/Berlin:20270607T100000 DURATION:PT1H", ["06-07T08:00/06-07T09:00"]),
        ('DTSTART;TZID="W. Europe Standard Time":20270607T100000 DURATION:PT1H', ["06-07T08:00/06-07T09:00"]),
        ("DTSTART:20270607T100000 DURATION:PT1H", ["06-07T08:00/06-07T09:00"]),
        ("DTSTART:20270607T100000Z", []),
        (
            "DTSTART;TZID=Europe/Berlin:20270607T100000 DTEND;TZID=America/New_York:20270607T100000",
            ["06-07T08:00/06-07T14:00"],
        ),
        (
            "DTSTART;TZID=Europe/Berlin:20270326T020000 DURATION:PT2H RRULE:FREQ=DAILY;COUNT=4",
            [
                "03-26T01:00/03-26T03:00",
                "03-27T01:00/03-27T03:00",
                "03-28T01:00/03-28T02:00",
                "03-29T00:00/03-29T02:00",
            ],
        ),
        (
            "DTSTART;TZID=Europe/Berlin:20271030T220000 DTEND;TZID=Europe/Berlin:20271031T060000"
            " RRULE:FREQ=DAILY;COUNT=2",
            ["10-30T20:00/10-31T05:00", "10-31T21:00/11-01T05:00"],
        ),
        (
            "DTSTART;TZID=Europe/Berlin:20270607T100000 DURATION:PT1H RRULE:FREQ=DAILY;UNTIL=20270609T075959Z",
            ["06-07T08:00/06-07T09:00", "06-08T08:00/06-08T09:00"],
        ),
        (
            "DTSTART;TZID=Europe/Berlin:20270607T100000 DURATION:PT1H RRULE:FREQ=DAILY;UNTIL=20270608T080000Z",
            ["06-07T08:00/06-07T09:00", "06-08T08:00/06-08T09:00"],
        ),
        (
            "DTSTART;TZID=Europe/Berlin:20270607T100000 DURATION:PT1H RRULE:FREQ=DAILY;COUNT=4"
            " EXDATE;TZID=Europe/Berlin:20270608T100000 EXDATE:20270609T080000Z EXDATE;VALUE=DATE:20270610",
            ["06-07T08:00/06-07T09:00"],
        ),
        (
            "DTSTART;TZID=Europe/Berlin:20270607T100000 DURATION:PT1H RRULE:FREQ=DAILY;COUNT=2"
            " EXDATE;TZID=Europe/Berlin:20270608T100001",
            ["06-07T08:00/06-07T09:00", "06-08T08:00/06-08T09:00"],
        ),
        (
            "DTSTART:20270607T100000Z DURATION:PT1H RDATE:20270701T120000Z",
            ["06-07T10:00/06-07T11:00", "07-01T12:00/07-01T13:00"],
        ),
    ],
)
def test_timed_events_cover_spans(event: str, covered: list[str]) -> None:
    calendar = a_calendar(event)
    assert spans_of(calendar) == covered
    assert days_of(calendar) == []


def test_every_name_of_windows_stands_for_a_zone() -> None:
    assert [zone for zone in windows.ZONES.values() if zone_name(zone) != zone] == []


def test_a_floating_event_is_where_one_asks() -> None:
    calendar = a_calendar("DTSTART:20270607T100000 DURATION:PT1H SUMMARY:Fire-drill")
    for zone in (BERLIN, "Asia/Tokyo", "America/New_York"):
        assert covering(calendar, datetime(2027, 6, 7, 10, 30, tzinfo=ZoneInfo(zone)), zone) == "Fire-drill"
    assert covering(calendar, datetime(2027, 6, 7, 10, 30, tzinfo=UTC), BERLIN) is None


def test_one_occurrence_that_is_moved_or_cancelled_leaves_its_place() -> None:
    weekly = "UID:1 DTSTART;TZID=Europe/Berlin:20270607T100000 DURATION:PT1H RRULE:FREQ=WEEKLY;COUNT=3"
    moved = "UID:1 RECURRENCE-ID;TZID=Europe/Berlin:20270614T100000 DTSTART:20270615T100000Z DURATION:PT1H"
    cancelled = "UID:1 RECURRENCE-ID:20270621T080000Z DTSTART:20270621T080000Z STATUS:CANCELLED"
    other = "UID:2 RECURRENCE-ID;TZID=Europe/Berlin:20270607T100000 DTSTART:20270607T080000Z STATUS:CANCELLED"
    assert spans_of(a_calendar(moved, weekly, cancelled, other)) == [
        "06-07T08:00/06-07T09:00",
        "06-15T10:00/06-15T11:00",
    ]


def test_a_long_event_is_found_in_every_year_it_touches() -> None:
    calendar = a_calendar("DTSTART:20251231T230000Z DTEND:20280102T000000Z SUMMARY:Closed")
    assert [covering(calendar, datetime(year, 7, 1, tzinfo=UTC), "UTC") for year in range(2025, 2029)] == [
        *(None, "Closed", "Closed"),
        None,
    ]
    assert covering(calendar, datetime(2028, 1, 1, 12, tzinfo=UTC), "UTC") == "Closed"
    assert not is_business_day(calendar, date(2027, 7, 1), "UTC")


def test_names_are_unfolded_and_without_escapes() -> None:
    text = (
        "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Europe/Berlin\nBEGIN:STANDARD\nDTSTART:16010101T000000\n"
        "RRULE:FREQ=YEARLY\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\n"
        "summary;LANGUAGE=de:Heilig\\, a\n\tbend\\nund \\; mehr\nBEGIN:VALARM\nDTSTART:nonsense\nDURATION:PT5M\n"
        "END:VALARM\n"
        "DTSTART;VALUE=DATE:20271\n 224\nEND:VEVENT\nEND:VCALENDAR"
    )
    for ending in ("\n", "\r\n"):
        calendar = Calendar(name="A file", icalendar="\ufeff" + text.replace("\n", ending))
        check(calendar)
        assert whole_days(calendar, 2027) == {date(2027, 12, 24): "Heilig, abend und ; mehr"}


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ("SUMMARY:Party", "event 1 (Party): DTSTART is missing"),
        ("DTSTART:2027", "event 1 (event): '2027' must be such as 20271224"),
        ("DTSTART:20270230", "20270230 is no date and time that exists"),
        ("DTSTART:20270228T250000", "20270228T250000 is no date"),
        ("DTSTART:15991231", "the year 1599 is out of range"),
        (
            "DTSTART;TZID=Europe/Berln:20270101T000000",
            "TZID 'Europe/Berln' is no IANA time zone; did you mean Europe/Berlin",
        ),
        ("DTSTART:20270102 DTEND:20270101", "DTEND lies before DTSTART"),
        ("DTSTART:20270102 DTEND:20270103T000000Z", "must both be dates or both be times"),
        ("DTSTART:20270102 DURATION:P", "DURATION 'P' must be such as"),
        ("DTSTART:20270102 DURATION:-P1D", "DURATION '-P1D'"),
        ("DTSTART:20270102 RRULE:FREQ=SECONDLY", "FREQ must be one of DAILY"),
        ("DTSTART:20270102 RRULE:FREQ=YEARLY;BYWEEKNO=20", "BYWEEKNO is not understood here"),
        ("DTSTART:20270102 RRULE:FREQ=YEARLY;FREQ=DAILY", "FREQ is given twice"),
        ("DTSTART:20270102 RRULE:FREQ=YEARLY;BYMONTH=13", "BYMONTH=13 must be 1 to 12"),
        ("DTSTART:20270102 RRULE:FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY=0 must be 1 to 31 or -31 to -1"),
        ("DTSTART:20270102 RRULE:FREQ=MONTHLY;BYDAY=XX", "BYDAY=XX must be weekdays"),
        ("DTSTART:20270102 RRULE:FREQ=WEEKLY;BYDAY=2MO", "goes with FREQ MONTHLY or YEARLY"),
        ("DTSTART:20270102 RRULE:FREQ=DAILY;INTERVAL=0", "INTERVAL=0 must be 1 to 1000"),
        ("DTSTART:20270102 RRULE:FREQ=DAILY;INTERVAL=1,2", "INTERVAL must be one number"),
        ("DTSTART:16000102 RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=2", "COUNT=2 ends on no day that is found"),
        ("DTSTART:20270102 RRULE:FREQ=DAILY;WKST=XX", "WKST must be one of MO"),
        ("DTSTART:20270102 RRULE:FREQ=DAILY;UNTIL=soon", "'SOON' must be such as"),
        ("DTSTART:20270102 RRULE:DAILY", "'DAILY' is no NAME=value"),
        ("DTSTART:20270102 RRULE:FREQ=DAILY RRULE:FREQ=WEEKLY", "may have one RRULE"),
        ("DTSTART:20270102 DURATION:P400D RRULE:FREQ=DAILY", "may last at most 366"),
        ("DTSTART:20270102 RECURRENCE-ID;RANGE=THISANDFUTURE:20270102", "RANGE is not understood"),
        ("DTSTART:20270102 EXDATE:x", "'x' must be such as"),
        ("DTSTART", "line 4: 'DTSTART' is no NAME:value"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_event(event: str, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        a_calendar(event)
    (error,) = refused.value.errors
    assert error.field == "icalendar"
    assert why in error.message


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("hello", "line 1: 'hello' is no NAME:value"),
        ("DTSTART:20270101", "line 1: an iCalendar file begins with BEGIN:VCALENDAR"),
        ("BEGIN:VEVENT\nDTSTART:20270101\nEND:VEVENT", "line 2: an iCalendar file begins with"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR", "line 3: END:VCALENDAR has no BEGIN"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20270101", "END:VEVENT is missing: the text is cut off"),
        (a_file(*["DTSTART:20270101"] * 1001), "has 1001 events; at most 1,000 are allowed"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(text: str, why: str) -> None:
    with pytest.raises(Invalid, match=r"icalendar") as refused:
        check(Calendar(name="A file", icalendar=text))
    assert why in str(refused.value)


def test_events_that_repeat_too_often_together_are_refused() -> None:
    daily = "DTSTART:20270101T100000Z DURATION:PT1M RRULE:FREQ=DAILY"
    with pytest.raises(Invalid, match="repeat too often"):
        a_calendar(*[daily] * 200)
    assert len(spans_of(a_calendar(*[daily] * 100))) == 365


def test_at_most_twenty_events_are_named() -> None:
    with pytest.raises(Invalid) as refused:
        a_calendar(*["SUMMARY:x"] * 30)
    assert len(refused.value.errors) == 20


@pytest.mark.parametrize(
    "rule",
    ["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1", "FREQ=DAILY;BYSETPOS=2"],
)
def test_a_rule_that_names_no_day_is_not_searched_for_ever(rule: str) -> None:
    start = date(1900, 1, 1)
    assert list(days(read(rule, start), start, start, date(2100, 12, 31))) == []


weekdays = st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])


def listed(values: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[str]:
    return st.lists(values, min_size=1, max_size=most, unique=True).map(lambda found: ",".join(map(str, found)))


def a_rule(frequency: str, **parts: st.SearchStrategy[Any]) -> st.SearchStrategy[str]:
    ends = st.just("") | st.integers(1, 40).map(";COUNT={}".format)
    said = [value.map(lambda found, name=name: f";{name}={found}") for name, value in parts.items()]
    return st.tuples(st.just(f"FREQ={frequency}"), *said, ends).map("".join)


nth = st.builds("{}{}".format, st.sampled_from([1, 2, 3, 4, -1, -2]), weekdays)
month_days = st.integers(1, 28) | st.integers(-28, -1)
# dateutil searches up to the year 9999 for rules that name no day: none of these does.
RULES = st.one_of(
    a_rule("DAILY", INTERVAL=st.integers(1, 40)),
    a_rule("DAILY", BYDAY=listed(weekdays)),
    a_rule("DAILY", BYMONTH=listed(st.integers(1, 12)), BYMONTHDAY=listed(month_days)),
    a_rule("WEEKLY", INTERVAL=st.integers(1, 5)),
    a_rule("WEEKLY", INTERVAL=st.integers(1, 5), BYDAY=listed(weekdays), WKST=weekdays),
    a_rule("WEEKLY", BYDAY=st.just("MO,WE,FR"), BYSETPOS=st.just("-1"), WKST=weekdays),
    a_rule("MONTHLY", INTERVAL=st.integers(1, 5), BYMONTHDAY=listed(month_days)),
    a_rule("MONTHLY", INTERVAL=st.integers(1, 5), BYDAY=listed(nth)),
    a_rule("MONTHLY", BYDAY=listed(weekdays), BYSETPOS=listed(st.sampled_from([1, 2, 3, -1, -2]))),
    a_rule("MONTHLY", BYDAY=weekdays, BYMONTHDAY=st.just("8,9,10,11,12,13,14"), BYMONTH=listed(st.integers(1, 12))),
    a_rule("MONTHLY", INTERVAL=st.integers(1, 5)),
    a_rule("YEARLY", INTERVAL=st.integers(1, 3)),
    a_rule("YEARLY", BYMONTH=listed(st.integers(1, 12))),
    a_rule("YEARLY", BYMONTH=listed(st.integers(1, 12)), BYDAY=listed(nth)),
    a_rule("YEARLY", INTERVAL=st.integers(1, 3), BYDAY=listed(nth)),
    a_rule("YEARLY", BYYEARDAY=listed(st.integers(1, 365) | st.integers(-365, -1))),
    a_rule(
        "YEARLY",
        BYMONTH=listed(st.integers(1, 12)),
        BYDAY=listed(weekdays),
        BYSETPOS=listed(st.sampled_from([1, -1, 4])),
    ),
)


@settings(deadline=None, max_examples=300)
@given(RULES, st.dates(date(2024, 1, 1), date(2027, 12, 28)), st.integers(0, 700), st.integers(0, 1500))
@example("FREQ=MONTHLY;BYMONTHDAY=1;COUNT=3", date(2027, 1, 15), 0, 400)
def test_a_rule_names_the_days_that_dateutil_names(rule: str, start: date, wait: int, length: int) -> None:
    first = start + timedelta(days=wait)
    last = first + timedelta(days=length)
    oracle = rrulestr(rule, dtstart=datetime.combine(start, time()))
    between = oracle.between(datetime.combine(first, time()), datetime.combine(last, time()), inc=True)
    assert list(days(read(rule, start), start, first, last)) == [found.date() for found in between]


@given(st.text(alphabet="FREQ=DAILYWKMONTH;BY,-012349UZ", max_size=40))
def test_whatever_a_rule_says_is_read_or_refused_in_words(text: str) -> None:
    try:
        read(text, date(2027, 1, 1))
    except Unreadable as why:
        assert str(why)
