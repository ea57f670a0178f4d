"""Recurrence rules against the examples of RFC 5545, against dateutil walked from the start, and what is refused."""

import re
import time
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from belfry.ground.errors import Invalid
from belfry.rules.schedules import ClockChanges, Schedule, marks, parse, refuse_what_never_fires, warnings
from belfry.rules.schedules.plans import Walls
from belfry.rules.schedules.recurrences import Recurrence
from drawn import ZONES

ANCHOR = datetime(2027, 1, 1, 10, 0, 5, 250_000, tzinfo=UTC)
LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)
WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
LATER = datetime(2400, 1, 1, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")

RFC = """
19970902T090000 FREQ=DAILY;COUNT=10
    1997-9:2-11
19970902T090000 FREQ=DAILY;UNTIL=19971224T000000Z
    1997-9:2-30 10:1-31 11:1-30 12:1-23
19970902T090000 FREQ=DAILY;INTERVAL=2
    1997-9:2,4,6,8,10,12,14,16,18,20,22,24,26,28,30 10:2,4
19970902T090000 FREQ=DAILY;INTERVAL=10;COUNT=5
    1997-9:2,12,22 10:2,12
19980101T090000 FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA
    1998-1:1-31 1999-1:1-31 2000-1:1-31
19980101T090000 FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1
    1998-1:1-31 1999-1:1-31 2000-1:1-31
19970902T090000 FREQ=WEEKLY;COUNT=10
    1997-9:2,9,16,23,30 10:7,14,21,28 11:4
19970902T090000 FREQ=WEEKLY;UNTIL=19971224T000000Z
    1997-9:2,9,16,23,30 10:7,14,21,28 11:4,11,18,25 12:2,9,16,23
19970902T090000 FREQ=WEEKLY;INTERVAL=2;WKST=SU
    1997-9:2,16,30 10:14,28 11:11,25 12:9,23 1998-1:6,20 2:3,17
19970902T090000 FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH
    1997-9:2,4,9,11,16,18,23,25,30 10:2
19970902T090000 FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH
    1997-9:2,4,9,11,16,18,23,25,30 10:2
19970901T090000 FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR
    1997-9:1,3,5,15,17,19,29 10:1,3,13,15,17,27,29,31 11:10,12,14,24,26,28 12:8,10,12,22
19970902T090000 FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH
    1997-9:2,4,16,18,30 10:2,14,16
19970905T090000 FREQ=MONTHLY;COUNT=10;BYDAY=1FR
    1997-9:5 10:3 11:7 12:5 1998-1:2 2:6 3:6 4:3 5:1 6:5
19970905T090000 FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR
    1997-9:5 10:3 11:7 12:5
19970907T090000 FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU
    1997-9:7,28 11:2,30 1998-1:4,25 3:1,29 5:3,31
19970922T090000 FREQ=MONTHLY;COUNT=6;BYDAY=-2MO
    1997-9:22 10:20 11:17 12:22 1998-1:19 2:16
19970928T090000 FREQ=MONTHLY;BYMONTHDAY=-3
    1997-9:28 10:29 11:28 12:29 1998-1:29 2:26
19970902T090000 FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15
    1997-9:2,15 10:2,15 11:2,15 12:2,15 1998-1:2,15
19970930T090000 FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1
    1997-9:30 10:1,31 11:1,30 12:1,31 1998-1:1,31 2:1
19970910T090000 FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15
    1997-9:10-15 1999-3:10-13
19970902T090000 FREQ=MONTHLY;INTERVAL=2;BYDAY=TU
    1997-9:2,9,16,23,30 11:4,11,18,25 1998-1:6,13,20,27 3:3,10,17,24,31
19970610T090000 FREQ=YEARLY;COUNT=10;BYMONTH=6,7
    1997-6:10 7:10 1998-6:10 7:10 1999-6:10 7:10 2000-6:10 7:10 2001-6:10 7:10
19970310T090000 FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3
    1997-3:10 1999-1:10 2:10 3:10 2001-1:10 2:10 3:10 2003-1:10 2:10 3:10
19970101T090000 FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200
    1997-1:1 4:10 7:19 2000-1:1 4:9 7:18 2003-1:1 4:10 7:19 2006-1:1
19970519T090000 FREQ=YEARLY;BYDAY=20MO
    1997-5:19 1998-5:18 1999-5:17
19970512T090000 FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO
    1997-5:12 1998-5:11 1999-5:17
19970313T090000 FREQ=YEARLY;BYMONTH=3;BYDAY=TH
    1997-3:13,20,27 1998-3:5,12,19,26 1999-3:4,11,18,25
19970605T090000 FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8
    1997-6:5,12,19,26 7:3,10,17,24,31 8:7,14,21,28 1998-6:4,11,18,25
19970902T090000 FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13
    1998-2:13 3:13 11:13 1999-8:13 2000-10:13
19970913T090000 FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13
    1997-9:13 10:11 11:8 12:13 1998-1:10 2:7 3:7 4:11 5:9 6:13
19961105T090000 FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8
    1996-11:5 2000-11:7 2004-11:2
19970904T090000 FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3
    1997-9:4 10:7 11:6
19970929T090000 FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2
    1997-9:29 10:30 11:27 12:30 1998-1:29 2:26 3:30
19970805T090000 FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO
    1997-8:5,10,19,24
19970805T090000 FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU
    1997-8:5,17,19,31
20070115T090000 FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5
    2007-1:15,30 2:15 3:15,30
"""


def _expected(text: str) -> list[date]:
    """`1997-9:2,4 10:5-7` as dates."""
    found: list[date] = []
    year = 0
    for item in text.split():
        month, _, days = item.partition(":")
        named, dash, number = month.partition("-")
        year, month = (int(named), number) if dash else (year, month)
        for run in days.split(","):
            first, _, last = run.partition("-")
            found += [date(year, int(month), day) for day in range(int(first), int(last or first) + 1)]
    return found


@pytest.mark.parametrize("example", re.findall(r"^\S.*(?:\n .*)+", RFC, re.MULTILINE))
def test_the_examples_of_rfc_5545_fire_on_the_days_it_prints(example: str) -> None:
    start, rule, expected = example.split(None, 2)
    text = f"DTSTART;TZID=America/New_York:{start} RRULE:{rule}"
    schedule = parse(text, anchor=ANCHOR)
    dates = _expected(expected)
    fires = schedule.fires_between(LONG_AGO, ANCHOR, len(dates) + 1)
    local = [fire.astimezone(NEW_YORK) for fire in fires]
    assert [fire.date() for fire in local][: len(dates)] == dates
    assert {(fire.hour, fire.minute) for fire in local} == {(9, 0)}
    ends = "COUNT" in rule or "UNTIL" in rule
    assert (len(fires) == len(dates)) == ends
    assert schedule.count_between(LONG_AGO, fires[-1]) == len(fires)


HOURS = [
    ("19970902T090000", "FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000", ["2 09:00", "2 12:00", "2 15:00"]),
    (
        "19970902T090000",
        "FREQ=MINUTELY;INTERVAL=15;COUNT=6",
        ["2 09:00", "2 09:15", "2 09:30", "2 09:45", "2 10:00", "2 10:15"],
    ),
    ("19970902T090000", "FREQ=MINUTELY;INTERVAL=90;COUNT=4", ["2 09:00", "2 10:30", "2 12:00", "2 13:30"]),
    (
        "19970902T160000",
        "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16;COUNT=5",
        ["2 16:00", "2 16:20", "2 16:40", "3 09:00", "3 09:20"],
    ),
    (
        "19970902T160000",
        "FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40;COUNT=5",
        ["2 16:00", "2 16:20", "2 16:40", "3 09:00", "3 09:20"],
    ),
    ("19970902T090000", "FREQ=DAILY;BYHOUR=9,12,18;BYSETPOS=-1;COUNT=2", ["2 18:00", "3 18:00"]),
]


@pytest.mark.parametrize(("start", "rule", "expected"), HOURS)
def test_hours_and_minutes_come_as_rfc_5545_has_them(start: str, rule: str, expected: list[str]) -> None:
    fires = parse(f"DTSTART:{start}Z\nRRULE:{rule}", anchor=ANCHOR).fires_between(LONG_AGO, ANCHOR, 10)
    assert [f"{fire.day} {fire:%H:%M}" for fire in fires] == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=MONTHLY;BYDAY=1MO,FR", "2027-1:4,8,15,22,29 2:1,5"),
        ("FREQ=YEARLY;BYDAY=1MO,-1FR", "2027-1:4 12:31 2028-1:3 12:29"),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=-1", "2027-1:8,15,22"),
        ("FREQ=WEEKLY;BYDAY=MO,SU;BYSETPOS=1;WKST=SU", "2027-1:10,17,24"),
        ("FREQ=YEARLY;BYDAY=SU;BYSETPOS=2,-1", "2027-1:10 12:26 2028-1:9 12:31"),
    ],
)
def test_what_dateutil_reads_in_another_way_is_as_rfc_5545_has_it(rule: str, expected: str) -> None:
    schedule = parse(f"DTSTART:20270104T090000 {rule}", anchor=ANCHOR)
    dates = _expected(expected)
    assert [fire.date() for fire in schedule.fires_between(ANCHOR, LATER, len(dates))] == dates


def _some(low: int, high: int, most: int = 3) -> st.SearchStrategy[str]:
    return st.lists(st.integers(low, high), min_size=1, max_size=most, unique=True).map(
        lambda numbers: ",".join(map(str, numbers))
    )


def _either_end(high: int, most: int = 3) -> st.SearchStrategy[str]:
    numbers = st.integers(1, high) | st.integers(-high, -1)
    return st.lists(numbers, min_size=1, max_size=most, unique=True).map(lambda found: ",".join(map(str, found)))


_names = st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=4, unique=True).map(",".join)
_placed = st.lists(
    st.tuples(st.sampled_from([1, 2, 3, 4, 5, -1, -2, -5]), st.sampled_from(WEEKDAYS)),
    min_size=1,
    max_size=2,
    unique=True,
).map(lambda found: ",".join(f"{place}{name}" for place, name in found))
_clock = {"BYHOUR": _some(0, 23), "BYMINUTE": _some(0, 59), "BYSECOND": _some(0, 59)}
_sparse = {"BYMONTH": _some(1, 12), "WKST": st.sampled_from(WEEKDAYS)}
_BY = {
    "YEARLY": {
        **_sparse,
        **_clock,
        "BYYEARDAY": _either_end(366),
        "BYMONTHDAY": _either_end(31),
        "BYDAY": _names | _placed,
    },
    "MONTHLY": {**_sparse, **_clock, "BYMONTHDAY": _either_end(31), "BYDAY": _names | _placed},
    "WEEKLY": {**_sparse, **_clock, "BYDAY": _names},
    "DAILY": {**_sparse, **_clock, "BYMONTHDAY": _either_end(31, 9), "BYDAY": _names},
    "HOURLY": {**_sparse, **_clock, "BYDAY": _names},
    "MINUTELY": {**_clock, "BYDAY": _names},
    "SECONDLY": {"BYSECOND": _some(0, 59), "BYMINUTE": _some(0, 59)},
}
_MOST_INTERVAL = {
    "YEARLY": 4,
    "MONTHLY": 14,
    "WEEKLY": 6,
    "DAILY": 40,
    "HOURLY": 50,
    "MINUTELY": 2000,
    "SECONDLY": 5000,
}


@st.composite
def rules(draw: st.DrawFn) -> tuple[str, datetime]:
    """The parts of a rule that fires, and its start."""
    start = draw(st.datetimes(datetime.fromisoformat("1950-01-01"), datetime.fromisoformat("2060-01-01"))).replace(
        microsecond=0
    )
    freq = draw(st.sampled_from(list(_BY)))
    if freq == "YEARLY" and draw(st.integers(0, 3)) == 0:
        by = {"BYWEEKNO": _either_end(53), "BYDAY": _names, "WKST": _sparse["WKST"]}
    else:
        by = _BY[freq]
    names = draw(st.lists(st.sampled_from(list(by)), max_size=3, unique=True))
    parts = [f"FREQ={freq}", f"INTERVAL={draw(st.integers(1, 3) | st.integers(1, _MOST_INTERVAL[freq]))}"]
    parts += [f"{name}={draw(by[name])}" for name in names]
    if any(name.startswith("BY") for name in names) and freq != "WEEKLY" and draw(st.integers(0, 3)) == 0:
        parts.append(f"BYSETPOS={draw(_either_end(4, 2))}")
    if draw(st.integers(0, 3)) == 0:
        parts.append(f"COUNT={draw(st.integers(1, 30))}")
    elif draw(st.integers(0, 3)) == 0:
        parts.append(f"UNTIL={start + draw(st.timedeltas(timedelta(0), timedelta(days=900))):%Y%m%dT%H%M%S}")
    return ";".join(parts), start


def _schedule(parts: str, start: datetime) -> Schedule | None:
    """The schedule; None when it never fires, or not often enough to be walked."""
    try:
        return parse(f"DTSTART:{start:%Y%m%dT%H%M%S} RRULE:{parts}", anchor=ANCHOR)
    except Invalid as refused:
        assert "never fires" in str(refused) or "is not reached" in str(refused)
        return None


@settings(max_examples=500, deadline=None)
@given(rules())
def test_a_rule_fires_whenever_dateutil_walked_from_the_start_says(drawn: tuple[str, datetime]) -> None:
    parts, start = drawn
    schedule = _schedule(parts, start)
    if schedule is None:
        return
    before = start.replace(tzinfo=UTC) - timedelta(seconds=1)
    fires = schedule.fires_between(before, LATER, 12)
    walked = islice(rrulestr(parts, dtstart=start), len(fires))
    assert fires == [wall.replace(tzinfo=UTC) for wall in walked]
    assert parse(schedule.rule, anchor=ANCHOR) == schedule
    assert parse(schedule.description, anchor=ANCHOR) == schedule


@settings(max_examples=200, deadline=None)
@given(rules(), st.integers(0, 30_000_000))
def test_far_from_its_start_a_rule_is_what_walking_from_there_finds(drawn: tuple[str, datetime], seconds: int) -> None:
    parts, start = drawn
    schedule = _schedule(parts, start)
    if schedule is None or "SECONDLY" in parts or "MINUTELY" in parts:
        return
    moment = start + timedelta(seconds=seconds)
    walked = rrulestr(parts, dtstart=start).after(moment)
    found = schedule.next_fire(moment.replace(tzinfo=UTC))
    assert (found and found.replace(tzinfo=None)) == walked or (found is None and walked.year > moment.year + 49)


@settings(max_examples=200, deadline=None)
@given(rules(), st.sampled_from(ZONES), st.integers(0, 400))
def test_a_recurrence_is_counted_as_it_is_walked(drawn: tuple[str, datetime], zone: str, days: int) -> None:
    parts, start = drawn
    if _schedule(parts, start) is None:
        return
    schedule = parse(f"DTSTART:{start:%Y%m%dT%H%M%S} RRULE:{parts}", zone, anchor=ANCHOR)
    begin = start.replace(tzinfo=UTC) + timedelta(days=days - 3)
    walked = schedule.fires_between(begin, begin + timedelta(days=500), 40)
    end = walked[-1] if len(walked) == 40 else begin + timedelta(days=500)
    assert schedule.count_between(begin, end) == len(walked)
    assert schedule.last_fire(begin, end) == (walked[-1] if walked else None)


def test_a_rule_and_a_cron_rule_in_one_schedule_share_their_common_instants() -> None:
    every_other = parse("DTSTART:20270101T090000 RRULE:FREQ=DAILY;INTERVAL=2", anchor=ANCHOR).rule
    union = Schedule(Walls(("0 9 * * *", every_other), "UTC", ClockChanges()), "UTC")
    start = datetime(2027, 1, 1, tzinfo=UTC)
    assert union.kind == "rrule"
    assert union.count_between(start, start + timedelta(days=10)) == 10
    assert len(union.fires_between(start, start + timedelta(days=10), 100)) == 10


WRITTEN = [
    ("FREQ=DAILY", "UTC", "DTSTART:20270101T100005 RRULE:FREQ=DAILY", "UTC"),
    ("rrule:freq=daily;interval=1", "UTC", "DTSTART:20270101T100005 RRULE:FREQ=DAILY", "UTC"),
    ("FREQ=DAILY;BYHOUR=9", "UTC", "DTSTART:20270101T000000 RRULE:FREQ=DAILY;BYHOUR=9", "UTC"),
    ("FREQ=DAILY", "Asia/Kolkata", "DTSTART:20270101T153005 RRULE:FREQ=DAILY", "Asia/Kolkata"),
    (
        "DTSTART:20270101T090000\nRRULE:BYSECOND=0;BYMINUTE=0;BYHOUR=9;INTERVAL=2;FREQ=DAILY",
        "UTC",
        "DTSTART:20270101T090000 RRULE:FREQ=DAILY;INTERVAL=2;BYHOUR=9;BYMINUTE=0;BYSECOND=0",
        "UTC",
    ),
    (
        "dtstart;tzid=europe/berlin:20270101t090000;rrule:freq=weekly;byday=we,mo,we",
        "UTC",
        "DTSTART:20270101T090000 RRULE:FREQ=WEEKLY;BYDAY=MO,WE",
        "Europe/Berlin",
    ),
    (
        "DTSTART:20270101T080000Z FREQ=MONTHLY;BYDAY=+1FR,-1FR;UNTIL=20280101T000000Z",
        "Europe/Berlin",
        "DTSTART:20270101T090000 RRULE:FREQ=MONTHLY;BYDAY=-1FR,1FR;UNTIL=20280101T010000",
        "Europe/Berlin",
    ),
    (
        "DTSTART;VALUE=DATE:20270101\r\nRRULE:FREQ=MONTHLY;BYMONTHDAY=-1,1;UNTIL=20271224",
        "UTC",
        "DTSTART:20270101T000000 RRULE:FREQ=MONTHLY;BYMONTHDAY=1,-1;UNTIL=20271224T235959",
        "UTC",
    ),
]


@pytest.mark.parametrize(("text", "zone", "rule", "shown"), WRITTEN)
def test_a_recurrence_has_one_normal_text_that_parses_to_itself(text: str, zone: str, rule: str, shown: str) -> None:
    schedule = parse(text, zone, anchor=ANCHOR)
    assert (schedule.kind, schedule.rule, schedule.timezone) == ("rrule", rule, shown)
    assert parse(schedule.rule, shown, anchor=LONG_AGO) == schedule
    assert parse(schedule.description, shown, anchor=LONG_AGO) == schedule


def test_a_date_that_words_name_wins_over_the_anchor() -> None:
    rule, _ = Recurrence("FREQ=DAILY;INTERVAL=2;BYHOUR=9", date(2027, 3, 1)).bound("UTC", ANCHOR)
    assert rule == "DTSTART:20270301T000000 RRULE:FREQ=DAILY;INTERVAL=2;BYHOUR=9"
    rule, _ = Recurrence("FREQ=MONTHLY;INTERVAL=5", date(2027, 3, 1)).bound("UTC", ANCHOR)
    assert rule == "DTSTART:20270301T100005 RRULE:FREQ=MONTHLY;INTERVAL=5"


CHANGES = [
    ("FREQ=DAILY;BYHOUR=2;BYMINUTE=30", ClockChanges("run"), (2027, 3, 28), ["01:00"]),
    ("FREQ=DAILY;BYHOUR=2;BYMINUTE=30", ClockChanges("skip"), (2027, 3, 28), []),
    ("FREQ=DAILY;BYHOUR=2;BYMINUTE=30", ClockChanges(), (2027, 10, 31), ["00:30"]),
    ("FREQ=DAILY;BYHOUR=2;BYMINUTE=30", ClockChanges(overlap="second"), (2027, 10, 31), ["01:30"]),
    ("FREQ=DAILY;BYHOUR=2;BYMINUTE=30", ClockChanges(overlap="both"), (2027, 10, 31), ["00:30", "01:30"]),
    ("FREQ=HOURLY;BYHOUR=1,2,3", ClockChanges("run"), (2027, 3, 28), ["00:00", "01:00"]),
    ("FREQ=HOURLY;BYHOUR=1,2", ClockChanges(overlap="first"), (2027, 10, 31), ["00:00", "01:00"]),
    ("FREQ=MINUTELY;INTERVAL=30;BYHOUR=2", ClockChanges(), (2027, 10, 31), ["00:00", "00:30", "01:00", "01:30"]),
]


@pytest.mark.parametrize(("rule", "policy", "day", "expected"), CHANGES)
def test_a_clock_change_treats_a_recurrence_as_it_treats_cron(
    rule: str, policy: ClockChanges, day: tuple[int, int, int], expected: list[str]
) -> None:
    schedule = parse(f"DTSTART:20270101T000000 {rule}", "Europe/Berlin", anchor=ANCHOR, clock_changes=policy)
    start = datetime(*day, tzinfo=UTC) - timedelta(seconds=1)
    fires = schedule.fires_between(start, start + timedelta(hours=12), 10)
    assert [f"{fire:%H:%M}" for fire in fires] == expected
    assert schedule.count_between(start, start + timedelta(hours=12)) == len(expected)


def test_what_a_clock_change_does_to_a_recurrence_is_pointed_out() -> None:
    text = "DTSTART:20270101T023000 RRULE:FREQ=DAILY;INTERVAL=2"
    schedule = parse(text, "Europe/Berlin", anchor=ANCHOR, clock_changes=ClockChanges("skip", "both"))
    assert any("does not exist" in warning or "comes twice" in warning for warning in warnings(schedule, ANCHOR))
    moved = parse(text.replace("INTERVAL=2", "INTERVAL=1"), "Europe/Berlin", anchor=ANCHOR)
    jump = datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert marks(moved, [jump]) == ["02:30 does not exist on 2027-03-28, so this runs at the jump"]


def test_count_and_until_end_a_rule() -> None:
    by_count = parse("DTSTART:20270101T090000 FREQ=DAILY;INTERVAL=2;COUNT=3", anchor=ANCHOR)
    by_until = parse("DTSTART:20270101T090000 FREQ=DAILY;INTERVAL=2;UNTIL=20270105T090000", anchor=ANCHOR)
    for schedule in (by_count, by_until):
        assert [fire.day for fire in schedule.fires_between(LONG_AGO, LATER, 10)] == [
            1,
            3,
            5,
        ]
        assert schedule.next_fire(datetime(2027, 1, 5, 9, tzinfo=UTC)) is None
        with pytest.raises(Invalid, match="never fires after"):
            refuse_what_never_fires(schedule, datetime(2027, 1, 5, 9, tzinfo=UTC))


REFUSED = """
RRULE:INTERVAL=2                                   FREQ is missing          17
FREQ=FORTNIGHTLY                                   FREQ: FORTNIGHTLY        1
FREQ=DAILY;INTERVAL=0                              INTERVAL: 0              12
FREQ=DAILY;INTERVAL=-1                             INTERVAL: -1             12
FREQ=DAILY;INTERVAL=two                            INTERVAL: 'TWO'          12
FREQ=DAILY;INTERVAL=99999999                       INTERVAL: 99999999       12
FREQ=YEARLY;BYMONTH=13                             BYMONTH: 13              13
FREQ=YEARLY;BYMONTH=-1                             BYMONTH: -1              13
FREQ=YEARLY;BYMONTH=1,,2                           BYMONTH: ''              13
FREQ=YEARLY;BYMONTH=                               BYMONTH has no value     13
FREQ=YEARLY;BYMONTH                                BYMONTH has no value     13
FREQ=MONTHLY;BYMONTHDAY=0                          BYMONTHDAY: 0            14
FREQ=MONTHLY;BYMONTHDAY=32                         BYMONTHDAY: 32           14
FREQ=MONTHLY;BYMONTHDAY=--3                        BYMONTHDAY: '--3'        14
FREQ=MONTHLY;BYDAY=6MO                             BYDAY: 6MO               14
FREQ=MONTHLY;BYDAY=0MO                             BYDAY: 0MO               14
FREQ=MONTHLY;BYDAY=MON                             BYDAY: 'MON'             14
FREQ=WEEKLY;BYDAY=1MO                              BYDAY: 1MO               13
FREQ=YEARLY;BYDAY=54MO                             BYDAY: 54MO              13
FREQ=YEARLY;BYWEEKNO=3;BYDAY=1MO                   BYDAY: 1MO               24
FREQ=MONTHLY;BYWEEKNO=3                            BYWEEKNO: it cannot go   14
FREQ=DAILY;BYYEARDAY=3                             BYYEARDAY: it cannot go  12
FREQ=WEEKLY;BYMONTHDAY=3                           BYMONTHDAY: it cannot go 13
FREQ=DAILY;BYHOUR=24                               BYHOUR: 24               12
FREQ=DAILY;BYMINUTE=60                             BYMINUTE: 60             12
FREQ=DAILY;BYSECOND=60                             BYSECOND: 60             12
FREQ=DAILY;BYSETPOS=1                              BYSETPOS: it picks       12
FREQ=DAILY;WKST=MONDAY                             WKST: 'MONDAY'           12
FREQ=DAILY;COUNT=0                                 COUNT: 0                 12
FREQ=DAILY;COUNT=100001                            COUNT: 100001            12
FREQ=DAILY;COUNT=3;UNTIL=20280101T000000           UNTIL: a rule ends by    20
FREQ=DAILY;UNTIL=tomorrow                          UNTIL: 'TOMORROW'        12
FREQ=DAILY;UNTIL=20270230T000000                   UNTIL: 20270230T000000   12
FREQ=DAILY;FREQ=WEEKLY                             FREQ: this part stands   12
FREQ=DAILY;BYFOO=1                                 'BYFOO' is no part       12
FREQ=DAILY;BYMONTHS=1                              did you mean BYMONTH     12
FREQ=DAILY EXDATE:20270101T090000                  EXDATE                   12
FREQ=DAILY RDATE:20270101T090000                   RDATE                    12
FREQ=DAILY DTSTART:20270101T090000                 DTSTART goes first       12
DTSTART:20270101T090000 FREQ=DAILY;UNTIL=20261231    UNTIL: it is before  36
DTSTART:20270230T090000 FREQ=DAILY                 DTSTART: 20270230T090000 1
DTSTART:17000101T090000 FREQ=DAILY                 DTSTART: the year 1700   1
DTSTART:20270101T090000                            FREQ is missing          24
DTSTART                                            DTSTART goes first       1
RRULE:                                             FREQ is missing          7
FREQ=DAILY;BYHOUR=٣                                U+0663                   19
"""


@pytest.mark.parametrize("line", [line for line in REFUSED.split("\n") if line])
def test_a_part_that_cannot_be_is_refused_by_name_at_its_position(line: str) -> None:
    text, why, at = re.split(r"\s{2,}|\s(?=[0-9]+$)", line)
    with pytest.raises(Invalid) as refused:
        parse(text, anchor=ANCHOR)
    (error,) = refused.value.errors
    assert error.field == "schedule"
    assert why in error.message
    assert f"at position {at}" in error.message


NEVER = [
    "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "DTSTART:20270101T000000 FREQ=DAILY;INTERVAL=7;BYDAY=TU",
    "DTSTART:20270101T000000 FREQ=HOURLY;INTERVAL=2;BYHOUR=1,3,5",
    "DTSTART:20270101T000000 FREQ=SECONDLY;INTERVAL=60;BYSECOND=30",
    "DTSTART:20270101T000000 FREQ=MINUTELY;INTERVAL=1440;BYHOUR=9;BYMONTH=2",
    "DTSTART:20270101T000000 FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29",
    "FREQ=YEARLY;BYYEARDAY=1;BYMONTH=2",
    "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=9",
    "DTSTART:20270102T090000 FREQ=DAILY;BYMONTH=1;UNTIL=20270102T080000Z",
    "FREQ=DAILY;UNTIL=20261231T000000",
    "FREQ=SECONDLY;INTERVAL=86399;BYMONTH=2;BYMONTHDAY=30;BYHOUR=3;BYMINUTE=7;BYSECOND=11",
]


@pytest.mark.parametrize("text", NEVER)
def test_a_rule_that_never_fires_is_refused_soon(text: str) -> None:
    started = time.process_time()
    with pytest.raises(Invalid, match=r"never fires|before the start"):
        parse(text, anchor=ANCHOR)
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize(
    "text", ["RRULE:" + "FREQ=DAILY;" * 100_000, "DTSTART" + ";" * 1_000_000, "FREQ=" + "9" * 1_000_000, " " * 999_999]
)
def test_a_megabyte_is_refused_within_milliseconds(text: str) -> None:
    started = time.process_time()
    with pytest.raises(Invalid, match="at position"):
        parse(text, anchor=ANCHOR)
    assert time.process_time() - started < 0.25


def test_a_count_that_a_century_does_not_reach_is_refused_and_a_large_one_is_not() -> None:
    with pytest.raises(Invalid, match=r"COUNT=1000 is not reached within 100 years; write fewer"):
        parse("FREQ=YEARLY;COUNT=1000", anchor=ANCHOR)
    started = time.process_time()
    schedule = parse("DTSTART:20270101T000000 FREQ=SECONDLY;COUNT=100000", anchor=ANCHOR)
    assert schedule.last_fire(LONG_AGO, datetime(2030, 1, 1, tzinfo=UTC)) == datetime(2027, 1, 2, 3, 46, 39, tzinfo=UTC)
    assert time.process_time() - started < 1


def test_a_zone_that_is_not_the_job_s_is_refused_with_both_names() -> None:
    with pytest.raises(Invalid, match=r"TZID is Europe/Berlin, but the job's zone is Asia/Tokyo"):
        parse("DTSTART;TZID=Europe/Berlin:20270101T090000 FREQ=DAILY", "Asia/Tokyo", anchor=ANCHOR)
    with pytest.raises(Invalid, match=r"Europe/Berlin"):
        parse("DTSTART;TZID=Europe/Berln:20270101T090000 FREQ=DAILY", anchor=ANCHOR)


def test_a_rule_whose_start_makes_it_too_long_is_refused() -> None:
    text = "FREQ=YEARLY;BYYEARDAY=" + ",".join(map(str, range(100, 219)))
    assert len(text) < 500
    with pytest.raises(Invalid, match="at most 500 characters"):
        parse(text, anchor=ANCHOR)


@pytest.mark.parametrize("rule", ["FREQ=DAILY;INTERVAL=3", "FREQ=SECONDLY;INTERVAL=7", "FREQ=MONTHLY;BYDAY=-1FR"])
def test_a_moment_far_from_the_start_costs_no_more_than_one_beside_it(rule: str) -> None:
    schedule = parse(f"DTSTART:19000101T000000 {rule}", anchor=ANCHOR)
    started = time.process_time()
    assert schedule.next_fire(datetime(2900, 1, 1, tzinfo=UTC)) is not None
    assert time.process_time() - started < 0.1
    assert schedule.count_between(ANCHOR, datetime(2029, 1, 1, tzinfo=UTC)) > 0
    assert time.process_time() - started < 1
