"""What Hypothesis draws for the laws of schedules: zones, moments near their clock changes, rules, policies."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from belfry.ground.errors import Invalid
from belfry.rules.schedules import ClockChanges, Schedule, parse
from belfry.rules.schedules.plans import Walls
from belfry.rules.schedules.zones import changes

ZONES = [
    "UTC",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Africa/Casablanca",
    "Africa/Monrovia",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Asia/Manila",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Antarctica/Troll",
    "America/Nuuk",
    "Africa/Cairo",
]
SPANS = [timedelta(hours=2), timedelta(days=2), timedelta(days=45), timedelta(days=400), timedelta(days=8000)]
ODD = [
    ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2027, 4, 3, 15, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2027, 10, 2, 15, 30, tzinfo=UTC)),
    ("Africa/Casablanca", datetime(2027, 2, 7, 2, tzinfo=UTC)),
    ("Africa/Casablanca", datetime(2027, 3, 14, 2, tzinfo=UTC)),
    ("Africa/Monrovia", datetime(1972, 1, 7, tzinfo=UTC)),
    ("Europe/Berlin", datetime(1945, 5, 24, tzinfo=UTC)),
    ("UTC", datetime(2028, 2, 29, tzinfo=UTC)),
    ("America/New_York", datetime(2400, 2, 29, tzinfo=UTC)),
]


def _at_a_change(zone: str, year: int, number: int) -> datetime:
    found = changes(zone, year)
    return found[number % len(found)].at if found else datetime(year, 2, 28, 23, 59, tzinfo=UTC)


_years = st.one_of(st.integers(2000, 2060), st.integers(1891, 2500))
_places = st.one_of(
    st.sampled_from(ODD),
    st.builds(
        lambda zone, year, number: (zone, _at_a_change(zone, year, number)),
        st.sampled_from(ZONES),
        _years,
        st.integers(0, 7),
    ),
)
_shifts = st.one_of(
    st.sampled_from([timedelta(0), timedelta(seconds=-1), timedelta(microseconds=1), timedelta(microseconds=-1)]),
    st.timedeltas(timedelta(hours=-3), timedelta(hours=3)),
    st.timedeltas(timedelta(days=-4), timedelta(days=4)),
)
moments = st.builds(lambda place, shift: (place[0], place[1] + shift), _places, _shifts)
"""A zone and an instant, most often within hours of one of its clock changes."""

policies = st.builds(ClockChanges, st.sampled_from(["run", "skip"]), st.sampled_from(["first", "second", "both"]))


def _item(low: int, high: int) -> st.SearchStrategy[str]:
    pair = st.tuples(st.integers(low, high), st.integers(low, high)).map(sorted)
    steps = st.integers(1, high - low + 1)
    return st.one_of(
        st.integers(low, high).map(str),
        pair.map(lambda ends: f"{ends[0]}-{ends[1]}"),
        st.tuples(pair, steps).map(lambda drawn: f"{drawn[0][0]}-{drawn[0][1]}/{drawn[1]}"),
    )


def _field(low: int, high: int, *marks: str) -> st.SearchStrategy[str]:
    items = st.one_of(_item(low, high), st.sampled_from(marks)) if marks else _item(low, high)
    return st.one_of(
        st.just("*"),
        st.just("*"),
        st.integers(2, high - low + 1).map(lambda step: f"*/{step}"),
        st.lists(items, min_size=1, max_size=3).map(",".join),
    )


_day = _field(1, 31, "L", "L-3", "L-29", "15W", "1W", "31W", "LW", "W#2", "W#-3", "W#22")
_weekday = _field(0, 7, "5L", "0#1", "3#2", "1#5", "6#-2", "2#-5")
_tail = [_day, _field(1, 12), _weekday]
_five = st.tuples(_field(0, 59), st.one_of(_field(0, 3), _field(0, 23)), *_tail).map(" ".join)
_six = st.tuples(_field(0, 59), _field(0, 59), st.one_of(_field(0, 3), _field(0, 23)), *_tail).map(" ".join)


def _can_fire(text: str) -> bool:
    try:
        parse(text, anchor=datetime(2027, 1, 1, tzinfo=UTC))
    except Invalid:
        return False
    return True


crons = st.one_of(_five, _six).filter(_can_fire)
rates = st.builds(
    lambda count, unit: f"every {count} {unit}s",
    st.integers(1, 500),
    st.sampled_from(["second", "minute", "hour", "day"]),
)


@st.composite
def schedules(draw: st.DrawFn) -> tuple[Schedule, datetime]:
    """A schedule and a moment to look at it from: cron rules, unions of them, and rates."""
    zone, moment = draw(moments)
    if draw(st.integers(0, 5)) == 0:
        anchor = moment + draw(st.timedeltas(timedelta(days=-3), timedelta(days=1)))
        return parse(draw(rates), zone, anchor=anchor), moment
    texts = draw(st.lists(crons, min_size=1, max_size=3))
    rules = tuple(dict.fromkeys(parse(text, anchor=moment).rule for text in texts))
    return Schedule(Walls(rules, zone, draw(policies)), zone), moment
