"""What calendars cover, on the wall clock of a zone, and which days are business days."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.rules.calendars import (
    Calendar,
    allows,
    countries,
    covering,
    day_name,
    is_business_day,
    next_business_day,
    previous_business_day,
)
from belfry.rules.calendars.checking import check
from belfry.rules.calendars.covered import whole_days

BERLIN = "Europe/Berlin"
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def a_calendar(**fields: Any) -> Calendar:
    calendar = msgspec.convert({"name": "A calendar"} | fields, Calendar)
    check(calendar)
    return calendar


def of(country: str, subdivision: str | None = None, *categories: str) -> Calendar:
    rule = {"country": country, "subdivision": subdivision, "categories": categories or ("public",)}
    return a_calendar(holidays=[rule])


def wall(text: str, zone: str = BERLIN, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


HOLIDAYS = [
    (
        of("DE", "BY"),
        {
            "2027-01-01": "New Year's Day",
            "2027-01-06": "Epiphany",
            "2027-03-26": "Good Friday",
            "2027-03-29": "Easter Monday",
            "2027-05-01": "Labor Day",
            "2027-05-06": "Ascension Day",
            "2027-05-17": "Pentecost Monday",
            "2027-05-27": "Corpus Christi",
            "2027-10-03": "German Unity Day",
            "2027-11-01": "All Saints' Day",
            "2027-12-25": "Christmas Day",
            "2027-12-26": "Second Day of Christmas",
        },
    ),
    (
        of("US"),
        {
            "2027-01-01": "New Year's Day",
            "2027-01-18": "Martin Luther King Jr. Day",
            "2027-02-15": "Washington's Birthday",
            "2027-05-31": "Memorial Day",
            "2027-06-18": "Juneteenth National Independence Day (observed)",
            "2027-06-19": "Juneteenth National Independence Day",
            "2027-07-04": "Independence Day",
            "2027-07-05": "Independence Day (observed)",
            "2027-09-06": "Labor Day",
            "2027-10-11": "Columbus Day",
            "2027-11-11": "Veterans Day",
            "2027-11-25": "Thanksgiving Day",
            "2027-12-24": "Christmas Day (observed)",
            "2027-12-25": "Christmas Day",
            "2027-12-31": "New Year's Day (observed)",
        },
    ),
    (
        of("JP"),
        {
            "2027-01-01": "New Year's Day",
            "2027-01-11": "Coming of Age Day",
            "2027-02-11": "Foundation Day",
            "2027-02-23": "Emperor's Birthday",
            "2027-03-21": "Vernal Equinox Day",
            "2027-03-22": "Substitute Holiday",
            "2027-04-29": "Showa Day",
            "2027-05-03": "Constitution Day",
            "2027-05-04": "Greenery Day",
            "2027-05-05": "Children's Day",
            "2027-07-19": "Marine Day",
            "2027-08-11": "Mountain Day",
            "2027-09-20": "Respect for the Aged Day",
            "2027-09-23": "Autumnal Equinox Day",
            "2027-10-11": "Sports Day",
            "2027-11-03": "Culture Day",
            "2027-11-23": "Labor Thanksgiving Day",
        },
    ),
]


@pytest.mark.parametrize(("calendar", "named"), HOLIDAYS, ids=["DE-BY", "US", "JP"])
def test_the_holidays_of_a_year_are_those_of_the_law(calendar: Calendar, named: dict[str, str]) -> None:
    assert whole_days(calendar, 2027) == {date.fromisoformat(day): name for day, name in named.items()}


@pytest.mark.parametrize(
    ("year", "is_holiday"), [(1899, False), (1900, True), (2100, True), (2101, False), (9899, False)]
)
def test_holidays_are_known_from_1900_to_2100(year: int, is_holiday: bool) -> None:
    noon = datetime(year, 12, 25, 12, tzinfo=UTC)
    assert (covering(of("US"), noon, "UTC") is not None) == is_holiday


def test_names_do_not_depend_on_the_language_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "uk")
    assert whole_days(of("DE", "HH"), 2031)[date(2031, 10, 31)] == "Reformation Day"
    assert whole_days(of("AR"), 2031)[date(2031, 12, 25)] == "Christmas Day"


def test_the_holidays_of_several_countries_and_their_weekends_add_up() -> None:
    calendar = a_calendar(holidays=[{"country": "DE"}, {"country": "SA"}])
    assert whole_days(calendar, 2027).keys() == whole_days(of("DE"), 2027).keys() | whole_days(of("SA"), 2027).keys()
    assert [is_business_day(calendar, date(2027, 6, day), BERLIN) for day in range(7, 14)] == [
        *[True] * 4,
        *[False] * 3,
    ]


def test_a_category_adds_its_days() -> None:
    assumption = date(2027, 8, 15)
    assert assumption not in whole_days(of("DE", "BY"), 2027)
    assert assumption in whole_days(of("DE", "BY", "public", "catholic"), 2027)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("2027-12-24T23:59:59.999999", None),
        ("2027-12-25T00:00:00", "Christmas Day"),
        ("2027-12-26T23:59:59.999999", "Second Day of Christmas"),
        ("2027-12-27T00:00:00", None),
    ],
)
def test_a_day_begins_and_ends_at_midnight_of_the_zone(text: str, name: str | None) -> None:
    assert covering(of("DE"), wall(text), BERLIN) == name
    assert covering(of("DE"), wall(text).astimezone(UTC), BERLIN) == name


def test_the_same_instant_is_another_day_in_another_zone() -> None:
    instant = datetime(2027, 12, 24, 23, 30, tzinfo=UTC)
    assert covering(of("DE"), instant, BERLIN) == "Christmas Day"
    assert covering(of("DE"), instant, "UTC") is None


@pytest.mark.parametrize(
    ("entry", "inside", "outside"),
    [
        ({"date": "2027-12-24"}, ["2027-12-24"], ["2027-12-23", "2027-12-25", "2028-12-24"]),
        ({"date": "2027-12-24", "to": "2028-01-02"}, ["2027-12-31", "2028-01-02"], ["2028-01-03", "2028-12-31"]),
        ({"date": "2027-12-24", "yearly": True}, ["2020-12-24", "2090-12-24"], ["2027-12-25"]),
        (
            {"date": "2027-12-24", "to": "2028-01-02", "yearly": True},
            ["2027-01-01", "2030-12-24", "2031-01-02"],
            ["2031-01-03", "2031-12-23"],
        ),
        ({"date": "2028-02-29", "yearly": True}, ["2024-02-29", "2000-02-29"], ["2027-02-28", "2027-03-01"]),
        (
            {"date": "2028-02-27", "to": "2028-02-29", "yearly": True},
            ["2027-02-27", "2027-02-28", "2028-02-29"],
            ["2027-03-01", "2027-02-26"],
        ),
        ({"date": "2028-02-29", "to": "2028-03-02", "yearly": True}, ["2027-03-01"], ["2027-02-28", "2027-03-03"]),
        ({"date": "2001-01-01", "to": "2099-12-31"}, ["2050-06-01"], ["2000-12-31", "2100-01-01"]),
    ],
)
def test_dates_cover_their_days(entry: dict[str, Any], inside: list[str], outside: list[str]) -> None:
    calendar = a_calendar(dates=[entry | {"name": "Break"}])
    assert [covering(calendar, wall(f"{day}T12:00"), BERLIN) for day in inside] == ["Break"] * len(inside)
    assert [covering(calendar, wall(f"{day}T12:00"), BERLIN) for day in outside] == [None] * len(outside)


def test_what_has_no_name_is_called_by_what_it_is() -> None:
    calendar = a_calendar(
        dates=[{"date": "2027-01-04"}, {"date": "2027-01-05", "to": "2027-01-06"}],
        blackouts=[{"from": "2027-01-07T10:00:00Z", "to": "2027-01-07T11:00:00Z"}],
        weekly=[{"days": ["fri"], "from": "00:00", "to": "24:00"}],
    )
    names = [covering(calendar, datetime(2027, 1, day, 10, 30, tzinfo=UTC), "UTC") for day in range(4, 10)]
    assert names == ["2027-01-04", *["2027-01-05 to 2027-01-06"] * 2, "blackout", "weekly hours", None]


def test_a_holiday_is_named_before_dates_and_those_before_hours() -> None:
    calendar = a_calendar(
        holidays=[{"country": "DE"}],
        dates=[{"date": "2027-12-24", "to": "2027-12-26", "name": "Break"}],
        weekly=[{"days": DAYS, "from": "00:00", "to": "24:00"}],
    )
    named = [covering(calendar, wall(f"2027-12-{day}T12:00"), BERLIN) for day in (23, 24, 25)]
    assert named == ["weekly hours", "Break", "Christmas Day"]


OFFICE = a_calendar(name="Working hours", weekly=[{"days": DAYS[:5], "from": "09:00", "to": "17:00"}])
NIGHT = a_calendar(weekly=[{"days": ["sat"], "from": "22:00", "to": "06:00"}])


@pytest.mark.parametrize(
    ("calendar", "text", "is_inside"),
    [
        (OFFICE, "2027-06-07T08:59:59.999999", False),
        (OFFICE, "2027-06-07T09:00:00", True),
        (OFFICE, "2027-06-07T16:59:59.999999", True),
        (OFFICE, "2027-06-07T17:00:00", False),
        (OFFICE, "2027-06-12T12:00:00", False),
        (NIGHT, "2027-06-12T21:59:59", False),
        (NIGHT, "2027-06-12T22:00:00", True),
        (NIGHT, "2027-06-13T05:59:59", True),
        (NIGHT, "2027-06-13T06:00:00", False),
        (NIGHT, "2027-06-12T05:00:00", False),
        (NIGHT, "2027-06-13T22:00:00", False),
        (a_calendar(weekly=[{"days": ["sun"], "from": "22:00", "to": "00:00"}]), "2027-06-13T23:59:59", True),
        (a_calendar(weekly=[{"days": ["sun"], "from": "22:00", "to": "00:00"}]), "2027-06-14T00:00:00", False),
        (a_calendar(weekly=[{"days": ["sun"], "from": "22:00", "to": "01:00"}]), "2027-06-14T00:30:00", True),
    ],
)
def test_weekly_hours_run_from_their_start_up_to_their_end(calendar: Calendar, text: str, is_inside: bool) -> None:
    assert (covering(calendar, wall(text), BERLIN) == "weekly hours") == is_inside


def test_weekly_hours_follow_the_wall_clock_where_it_changes() -> None:
    morning = a_calendar(weekly=[{"days": ["sun"], "from": "02:30", "to": "03:30"}])

    def minutes_covered(start: str) -> int:
        first = wall(start).astimezone(UTC)
        instants = (first + timedelta(minutes=minute) for minute in range(26 * 60))
        return sum(covering(morning, instant, BERLIN) is not None for instant in instants)

    assert minutes_covered("2027-03-21T00:00") == 60
    assert minutes_covered("2027-03-28T00:00") == 30, "02:30 to 03:00 is left out"
    assert minutes_covered("2027-10-31T00:00") == 90, "02:30 to 03:00 comes twice"


def test_a_blackout_is_the_same_in_every_zone() -> None:
    calendar = a_calendar(
        blackouts=[{"from": "2027-12-31T22:00:00+01:00", "to": "2028-01-01T06:00:00+01:00", "name": "Freeze"}]
    )
    for zone in ("UTC", BERLIN, "Pacific/Auckland", "Pacific/Pago_Pago"):
        first = datetime(2027, 12, 31, 21, tzinfo=UTC)
        last = datetime(2028, 1, 1, 5, tzinfo=UTC)
        assert covering(calendar, first, zone) == covering(calendar, last - timedelta.resolution, zone) == "Freeze"
        assert covering(calendar, first - timedelta.resolution, zone) is covering(calendar, last, zone) is None


def test_why_a_job_may_not_run_is_said_in_words() -> None:
    noon, evening = wall("2027-06-07T12:00"), wall("2027-06-07T20:00")
    assert allows(OFFICE, "never", noon, BERLIN) == "weekly hours"
    assert allows(OFFICE, "never", evening, BERLIN) is None
    assert allows(OFFICE, "only", noon, BERLIN) is None
    assert allows(OFFICE, "only", evening, BERLIN) == "outside Working hours"
    assert allows(of("DE"), "never", wall("2027-12-25T12:00"), BERLIN) == "Christmas Day"


@pytest.mark.parametrize(
    ("calendar", "day", "before", "after"),
    [
        (of("DE", "BY"), "2027-12-25", "2027-12-24", "2027-12-27"),
        (of("DE", "BY"), "2027-03-26", "2027-03-25", "2027-03-30"),
        (of("DE", "BY"), "2027-06-09", "2027-06-08", "2027-06-10"),
        (of("US"), "2027-07-02", "2027-07-01", "2027-07-06"),
        (of("SA"), "2027-06-10", "2027-06-09", "2027-06-13"),
        (of("IR"), "2027-07-08", "2027-07-07", "2027-07-10"),
        (OFFICE, "2027-06-12", "2027-06-11", "2027-06-14"),
        (a_calendar(dates=[{"date": "2027-12-24", "to": "2028-01-02"}]), "2027-12-24", "2027-12-23", "2028-01-03"),
    ],
)
def test_business_days_before_and_after(calendar: Calendar, day: str, before: str, after: str) -> None:
    asked = date.fromisoformat(day)
    assert previous_business_day(calendar, asked, BERLIN) == date.fromisoformat(before)
    assert next_business_day(calendar, asked, BERLIN) == date.fromisoformat(after)


def test_a_sunday_that_a_country_works_is_a_business_day() -> None:
    assert not is_business_day(of("CN"), date(2024, 2, 11), "Asia/Shanghai")
    assert is_business_day(of("CN"), date(2024, 2, 4), "Asia/Shanghai")


def test_a_day_is_no_business_day_only_when_the_whole_of_it_is_blacked_out() -> None:
    spans = [("2027-06-08T22:00:00Z", "2027-06-09T10:00:00Z"), ("2027-06-09T10:00:00Z", "2027-06-10T21:59:59Z")]
    calendar = a_calendar(blackouts=[{"from": start, "to": end, "name": start[8:10]} for start, end in spans])
    assert day_name(calendar, date(2027, 6, 9), BERLIN) == "08"
    assert [is_business_day(calendar, date(2027, 6, day), BERLIN) for day in (8, 9, 10)] == [True, False, True]
    assert is_business_day(calendar, date(2027, 6, 9), "UTC") is False
    assert is_business_day(calendar, date(2027, 6, 9), "America/New_York") is False
    assert is_business_day(calendar, date(2027, 6, 10), "America/New_York") is True


def test_a_business_day_is_looked_for_no_further_than_31_days() -> None:
    calendar = a_calendar(dates=[{"date": "2027-03-01", "to": "2027-03-31"}])
    assert next_business_day(calendar, date(2027, 3, 1), BERLIN) == date(2027, 4, 1)
    assert next_business_day(calendar, date(2027, 2, 28), BERLIN) is None
    assert previous_business_day(calendar, date(2027, 4, 1), BERLIN) is None


def test_the_countries_are_offered_with_their_parts() -> None:
    germany = countries()["DE"]
    assert (germany.name, germany.categories) == ("Germany", ("catholic", "public", "school"))
    assert ("BY", "Bayern") in [(part.code, part.name) for part in germany.subdivisions]
    assert countries()["BA"].name == "Bosnia and Herzegovina"
    assert len(countries()) > 200


ZONES = ["UTC", BERLIN, "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"]
days_of_2027 = st.dates(date(2026, 12, 20), date(2028, 1, 10))
instants = st.datetimes(
    datetime.fromisoformat("2026-12-25"), datetime.fromisoformat("2028-01-05"), timezones=st.just(UTC)
)
entries = st.builds(
    lambda day, length, yearly: {"date": str(day), "to": str(day + timedelta(days=length)), "yearly": yearly},
    days_of_2027,
    st.integers(0, 40),
    st.booleans(),
)
times = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
weeklies = st.builds(
    lambda days, start, end: {"days": sorted(days), "from": start, "to": end},
    st.sets(st.sampled_from(DAYS), min_size=1, max_size=3),
    times,
    times | st.just("24:00"),
).filter(lambda weekly: weekly["from"] != weekly["to"])
blackouts = st.builds(
    lambda start, hours: {"from": start.isoformat(), "to": (start + timedelta(hours=hours)).isoformat()},
    instants,
    st.integers(1, 400),
)


def is_covered(definition: dict[str, Any], instant: datetime, zone: str) -> bool:
    """The definition taken at its word, without years, caches or order."""
    local = instant.astimezone(ZoneInfo(zone))
    return (
        any(_in_dates(entry, local.date()) for entry in definition["dates"])
        or any(_in_hours(weekly, local) for weekly in definition["weekly"])
        or any(
            datetime.fromisoformat(each["from"]) <= instant < datetime.fromisoformat(each["to"])
            for each in definition["blackouts"]
        )
    )


def _in_dates(entry: dict[str, Any], day: date) -> bool:
    first, last = date.fromisoformat(entry["date"]), date.fromisoformat(entry["to"])
    if not entry["yearly"]:
        return first <= day <= last
    here, start, end = [(each.month, each.day) for each in (day, first, last)]
    return start <= here <= end if first.year == last.year else here >= start or here <= end


def _in_hours(weekly: dict[str, Any], local: datetime) -> bool:
    time, today, yesterday = f"{local:%H:%M}", DAYS[local.weekday()], DAYS[local.weekday() - 1]
    if weekly["from"] < weekly["to"]:
        return today in weekly["days"] and weekly["from"] <= time < weekly["to"]
    return (today in weekly["days"] and time >= weekly["from"]) or (yesterday in weekly["days"] and time < weekly["to"])


@given(
    st.fixed_dictionaries(
        {
            "dates": st.lists(entries, max_size=3),
            "weekly": st.lists(weeklies, max_size=2),
            "blackouts": st.lists(blackouts, max_size=4),
        }
    ),
    st.lists(instants, min_size=1, max_size=20),
    st.sampled_from(ZONES),
)
def test_a_calendar_covers_what_its_definition_says(
    definition: dict[str, Any], asked: list[datetime], zone: str
) -> None:
    calendar = a_calendar(**definition)
    for instant in asked:
        assert (covering(calendar, instant, zone) is not None) == is_covered(definition, instant, zone)


def test_a_calendar_that_is_known_answers_within_microseconds() -> None:
    from time import perf_counter

    spans = [{"from": f"2027-06-{day:02}T01:00:00Z", "to": f"2027-06-{day:02}T02:00:00Z"} for day in range(1, 30)]
    calendar = a_calendar(
        holidays=[{"country": "DE"}], weekly=[{"days": ["sun"], "from": "01:00", "to": "02:00"}], blackouts=spans
    )
    instant = wall("2027-06-07T12:00")
    covering(calendar, instant, BERLIN)

    def seconds() -> float:
        started = perf_counter()
        for _ in range(1000):
            covering(calendar, instant, BERLIN)
        return (perf_counter() - started) / 1000

    assert min(seconds() for _ in range(5)) < 20e-6
