"""Cron rules against two second opinions: cronsim, and a scan of every minute that knows none of Belfry's code."""

import calendar
import time
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim

from belfry.ground.errors import Invalid
from belfry.rules.schedules import parse

ANCHOR = datetime(2027, 1, 1, 10, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
Minutes = list[tuple[datetime, datetime]]

TIMES = """
* *|*/5 *|*/7 *|0 *|15 *|0,30 *|10-20 *|10-50/10 *|5/20 *|59 *|0 0|30 2|0 3|15 14|59 23|0 */2|0 */5|30 */6
0 9-17|0 9-17/2|0 8,20|*/15 9-17|*/30 2|0,30 1-3|0 1,2,3|7/13 4/7|0-59/5 2|0 0-23|1,2,3,30 12|*/60 *|0 */24|59 1
0 22-23|45 0|20 6,18,23
"""
DAYS = """
* * *|* * 1|* * 0|* * 7|* * MON-FRI|* * sat,sun|* * 5-7|1 * *|15 * *|31 * *|29 2 *|1,15 * *|*/10 * *|10-20/3 * *
L * *|* * 5L|* * 5#2|* * fri#5|* * 1#1,3#1|13 * 5|1 * MON|*/2 * MON|* 1,7 *|* */3 *|1 JAN *|31 12 *|* 2 0|? * 2
15 * ?|L 2 *|* 6-8 1-5|28-31 * *|1-7 * 1|* * 1-5/2|* 3/4 *|30 */2 *|LW * *|* 11 4#4|29,30 2 *|* 5 1L|*/7 * 0,3
L,15 * *|1,L 4 2|31 1-12/2 *|* * 0L,6L
"""
ONLY_SCANNED = """
30 2 L-3 * *|0 0 15W * *|0 6 1W * *|59 23 31W * *|0 12 LW,1 * *|0 9 15W,L-2 * *|15 10 L-3,LW,5 * 1#1
0 0 L-30 * *|0 0 L-27 2 *|0 7 29W 2 *|0 0 30W * *|5 5 w7 * *|0 0 l * 5l|0 0 l-0 * *|0 1 15W * 3|0 0 lw 2,12 *
*/20 * 1W 1 *|0 0 L-1 */3 *|30 12 2W,16W,30W 6 *|0 0 L-28 2 *|0 0 * * 1L,3#2,5|0 0 1,15W * 0L|0 0 L-3 * */2
0 0 15W * */3|0 0 */5 * 2#2|0 0 L */2 ?|0 0 10W,20-22 * *|0 18 L-10 9 *|0 0 31 * 3#1
"""
STARTS = [
    ("UTC", datetime(2027, 1, 1, 0, 0, 30, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2027, 3, 27, 22, 59, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2027, 10, 30, 20, 0, tzinfo=UTC)),
    ("America/New_York", datetime(2028, 2, 28, 23, 30, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2027, 10, 2, 13, 0, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2027, 4, 3, 12, 0, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 29, 9, 0, tzinfo=UTC)),
    ("Africa/Casablanca", datetime(2027, 2, 6, 12, 0, tzinfo=UTC)),
]


def _split(texts: str) -> list[str]:
    return [text for line in texts.split("\n") for text in line.split("|") if text]


def _mixed(times: list[str], days: list[str]) -> list[str]:
    """Every time on all days, every day at one time, and every day at some other time."""
    others = [f"{times[n % len(times)]} {day}" for n, day in enumerate(days)]
    return [*(f"{time} * * *" for time in times), *(f"30 2 {day}" for day in days), *others]


EXPRESSIONS, SCANNED = _mixed(_split(TIMES), _split(DAYS)), _split(ONLY_SCANNED)
VECTORS = [
    (text, zone, after) for n, (zone, after) in enumerate(STARTS) for text in (EXPRESSIONS + SCANNED)[n % 2 :: 2]
]
SIX_FIELDS = """
*/5 * * * * *|0 */15 * * * *|30 * * * * *|*/7 */7 * * * *|10,20,50 0 9-17 * * MON-FRI|5-10 30 2 * * *
59 59 23 L * *|0 0 12 ? * 5L|15/20 0/30 6 1,15 * *|* 0 0 29 2 *|1 2 3 4 5 *|0-30/10 15 10 * * 6#3|0 0 0 LW * ?
*/10 * 1 * JAN SUN|45 0 */6 13 * 5|0,30 59 * */2 * MON
"""


class Scan:
    """A five-field rule read in the plainest way, and its fires found by looking at every minute."""

    def __init__(self, text: str) -> None:
        self.texts = text.lower().replace("?", "*").split()
        self.minutes, self.hours = (self._numbers(self.texts[n], 0, high) for n, high in ((0, 59), (1, 23)))
        self.months = self._numbers(self.texts[3], 1, 12, "jan feb mar apr may jun jul aug sep oct nov dec")
        self.wild = self.texts[0][0] == "*" or self.texts[1][0] == "*"
        self.has_day = lru_cache(maxsize=None)(self._has_day)

    @staticmethod
    def _numbers(text: str, low: int, high: int, names: str = "") -> set[int]:
        found: set[int] = set()
        for item in text.split(","):
            base, _, step = item.partition("/")
            for number, name in enumerate(names.split(), low):
                base = base.replace(name, str(number))
            first, _, last = (f"{low}-{high}" if base == "*" else base).partition("-")
            found |= set(range(int(first), int(last or (high if step else first)) + 1, int(step or 1)))
        return found

    def _has_day(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        by_date = any(self._is_date(item, day) for item in self.texts[2].split(","))
        by_week = any(self._is_weekday(item, day) for item in self.texts[4].split(","))
        both = self.texts[2][0] == "*" or self.texts[4][0] == "*"
        return by_date and by_week if both else by_date or by_week

    def _is_date(self, item: str, day: date) -> bool:
        last = calendar.monthrange(day.year, day.month)[1]
        workdays = [n for n in range(1, last + 1) if day.replace(day=n).weekday() < 5]
        if item == "lw":
            return day.day == workdays[-1]
        if item.startswith("l"):
            return day.day == last + int(item[1:] or 0)
        if "w" in item:
            wanted = int(item.strip("w"))
            return wanted <= last and day.day == min(workdays, key=lambda n: (abs(n - wanted), n))
        return day.day in self._numbers(item, 1, 31)

    def _is_weekday(self, item: str, day: date) -> bool:
        item = item if item[:3] != "sun" else "0" + item[3:]
        numbers = self._numbers(item.split("#")[0].strip("l"), 0, 7, "sun mon tue wed thu fri sat")
        if day.isoweekday() % 7 not in {number % 7 for number in numbers}:
            return False
        nth = item.partition("#")[2]
        return (not nth or (day.day + 6) // 7 == int(nth)) and ("l" not in item or (day + 7 * DAY).month != day.month)

    def shows(self, wall: datetime) -> bool:
        return wall.minute in self.minutes and wall.hour in self.hours and self.has_day(wall.date())

    def fires(self, zone: str, after: datetime, until: datetime) -> list[datetime]:
        """Day by day, each with its two neighbours in sight, so that a clock change has its past and its future."""
        found: list[datetime] = []
        day = after.replace(hour=0, minute=0, second=0)
        while day <= until:
            if any(self.has_day((day + n * DAY).date()) for n in (-1, 0, 1)):
                found += [fire for fire in sorted(self._around(_minutes(zone, day))) if day <= fire < day + DAY]
            day += DAY
        return [fire for fire in found if after < fire <= until]

    def _around(self, minutes: Minutes) -> set[datetime]:
        if self.wild:
            return {instant for instant, wall in minutes if self.shows(wall)}
        first, last = minutes[0][1], minutes[-1][1]
        walls = (first + n * MINUTE for n in range(int((last - first) / MINUTE)))
        return {next(instant for instant, wall in minutes if wall >= wanted) for wanted in walls if self.shows(wanted)}


@lru_cache(maxsize=64)
def _minutes(zone: str, day: datetime) -> Minutes:
    """Every minute from the day before to the day after, and what the clocks of the zone show then."""
    instants = [day + n * MINUTE for n in range(-1440, 2 * 1440)]
    return [(instant, instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)) for instant in instants]


@pytest.mark.parametrize(("text", "zone", "after"), VECTORS)
def test_a_rule_fires_at_the_minutes_a_scan_of_all_minutes_finds(text: str, zone: str, after: datetime) -> None:
    fires = parse(text, zone, anchor=after).fires_between(after, after + 100 * DAY, 3)
    until = fires[-1] if len(fires) == 3 else after + 100 * DAY
    assert fires == Scan(text).fires(zone, after, until)


@pytest.mark.parametrize("text", [*EXPRESSIONS, *_split(SIX_FIELDS)])
def test_cronsim_names_the_same_next_twelve_instants(text: str) -> None:
    expected = list(islice(CronSim(text.replace("?", "*"), ANCHOR), 12))
    assert parse(text, anchor=ANCHOR).fires_between(ANCHOR, ANCHOR + 36_525 * DAY, 12) == expected


SAME = """
0 0 * * 0           0 0 * * 7|0 0 * * SUN|0 0 * * sun|@weekly|@Weekly|0 0 0 * * 0|0  0 * *  7 |00 00 * * 07|0 0 ? * 0
*/5 * * * *         0 */5 * * * *|*/5 */1 * * *|@every 5m|*/05 * * * *|@EVERY 5M
0-55/5 * * * *      0-59/5 * * * *|0/5 * * * *|0,5,10,15,20,25,30,35,40,45,50,55 * * * *
0 9-17 * * 1-5      0 9-17 * * MON-FRI|0 9,10,11,12-17 * * mon,tue,wed,thu,fri|0 9-17 * * 1-3,4,5|0 9-17 ? * 1-5
0 0 L * *           0 0 l * *|0 0 L-0 * ?|0 0 0 l * *
0 0 LW,15W * *      0 0 lw,15w * *|0 0 LW,w15,15W * ?
0 0 * * 5L          0 0 * * 5l|0 0 * * FRIL|0 0 ? * friL|0 0 0 ? * 5L
0 0 * * 0#2         0 0 * * 7#2|0 0 * * sun#2|0 0 0 * * 0#2
0 0 1 1 *           @yearly|@annually|0 0 1 JAN *|0 0 01 jan ?
0 0 1 */3 *         @quarterly|0 0 1 */3 ?|0 0 0 1 */3 *
0 0 * * 0,5,6       0 0 * * 5-7|0 0 * * fri-sun|0 0 * * 6,0,5|0 0 * * sat,7,5,0
* * * * * *         @every 1s|*/1 * * * * *
"""


@pytest.mark.parametrize(
    ("rule", "text"),
    [(line[:20].strip(), text) for line in SAME.split("\n") if line for text in line[20:].split("|")],
)
def test_one_rule_has_one_normal_text_however_it_is_written(rule: str, text: str) -> None:
    schedule = parse(text, anchor=ANCHOR)
    assert schedule.rule == rule
    assert parse(schedule.rule, anchor=ANCHOR) == schedule


REFUSED = """
60 * * * *            minute          1
* 24 * * *            hour            3
* * 0 * *             day of month    5
* * 32 * *            day of month    5
* * * 0 *             month           7
* * * 13 *            month           7
* * * * 8             day of week     9
60 * * * * *          second          1
0 60 * * * *          minute          3
*/0 * * * *           minute          3
*/61 * * * *          minute          3
5-1 * * * *           minute          1
0 17-9 * * *          hour            3
0 0 * * FRI-MON       day of week     9
0 0 30 2 *            day of month    5
0 0 31 4,6,9,11 *     day of month    5
0 0 31W 2 *           day of month    5
0 0 L-31 * *          day of month    5
0 0 0W * *            day of month    5
0 0 32W * *           day of month    5
0 0 * * 5#6           day of week     9
0 0 * * 5#0           day of week     9
0 0 * * 9L            day of week     9
0 0 * * L             day of week     9
0 0 *,L * *           day of month    5
0 0 1-15W * *         day of month    7
? * * * *             minute          1
0 0 ?/2 * *           day of month    5
1,,2 * * * *          minute          3
, * * * *             minute          1
1, * * * *            minute          3
*/ * * * *            minute          3
1-2-3 * * * *         minute          3
-1 * * * *            minute          1
1.5 * * * *           minute          1
+1 * * * *            minute          1
1_0 * * * *           minute          1
0x5 * * * *           minute          1
** * * * *            minute          1
0 0 * FOO *           month           7
0 0 * JANUAR *        month           7
0 0 * * MONTAG        day of week     9
0 0 MON * *           day of month    5
0 JAN * * *           hour            3
H(5-70) * * * *       minute          5
H(9-5) * * * *        minute          1
H/0 * * * *           minute          3
99999999999 * * * *   minute          1
* * * *               five fields     1
* * * * * * *         five fields     1
@fortnightly          no macro        1
@every                whole numbers   7
@every 100ms          whole numbers   8
@every -5m            whole numbers   8
0 0 * * 7-1           write 0-1;      9
"""


@pytest.mark.parametrize("line", [line for line in REFUSED.split("\n") if line])
def test_a_wrong_field_is_refused_by_its_name_and_at_its_position(line: str) -> None:
    text, part, position = line[:22].strip(), line[22:38].strip(), line[38:].strip()
    with pytest.raises(Invalid) as refused:
        parse(text, anchor=ANCHOR)
    (error,) = refused.value.errors
    assert error.field == "schedule"
    assert part in error.message
    assert f"at position {position}" in error.message


@pytest.mark.parametrize(
    "text",
    [
        "1" * 1_000_000,
        "* " * 500_000,
        "0 0 * * " + "1," * 240,
        "٣ * * * *",
        "* * * * *\x00",
        "*\n* * * *",
        "\ud800",
        "* * * * ５",
    ],
)
def test_hostile_text_is_refused_within_milliseconds(text: str) -> None:
    started = time.process_time()
    with pytest.raises(Invalid, match="at position"):
        parse(text, anchor=ANCHOR)
    assert time.process_time() - started < 0.25


def test_h_is_stable_for_a_job_and_spreads_the_jobs_over_the_field() -> None:
    rules = [parse("H H * * *", anchor=ANCHOR, job_id=f"job-{n}").rule for n in range(1000)]
    assert rules == [parse("h h * * *", anchor=ANCHOR, job_id=f"job-{n}").rule for n in range(1000)]
    minutes = [int(rule.split()[0]) for rule in rules]
    assert set(minutes) == set(range(60))
    assert max(minutes.count(minute) for minute in range(60)) < 40


@pytest.mark.parametrize(
    ("text", "allowed"),
    [("H(10-20) * * * *", range(10, 21)), ("H/15 * * * *", range(15)), ("H(30-59)/10 * * * *", range(30, 40))],
)
def test_h_keeps_to_its_bounds_and_its_step(text: str, allowed: range) -> None:
    for n in range(50):
        rule = parse(text, anchor=ANCHOR, job_id=f"job-{n}").rule
        assert int(rule.split("-")[0].split()[0]) in allowed
        assert "/" not in text or rule.split()[0].endswith(text.split()[0].partition("/")[2])


def test_h_never_picks_a_day_that_some_month_lacks() -> None:
    days = {parse("0 0 H * *", anchor=ANCHOR, job_id=f"job-{n}").rule.split()[2] for n in range(500)}
    assert {int(day) for day in days} == set(range(1, 29))


@pytest.mark.parametrize(
    ("text", "fires"),
    [
        ("0 0 29 2 *", [(2028, 2, 29), (2032, 2, 29), (2036, 2, 29)]),
        ("0 0 29 2 1", [(2027, 2, 1), (2027, 2, 8), (2027, 2, 15)]),
        ("0 0 */28 2 1", [(2027, 2, 1), (2038, 2, 1), (2044, 2, 1)]),
        ("0 0 * 2 0#5", [(2032, 2, 29), (2060, 2, 29), (2088, 2, 29)]),
        ("0 0 L-28 2 *", [(2028, 2, 1), (2032, 2, 1), (2036, 2, 1)]),
        ("0 0 29W 2 *", [(2028, 2, 29), (2032, 2, 27), (2036, 2, 29)]),
        ("0 0 31W * *", [(2027, 1, 29), (2027, 3, 31), (2027, 5, 31)]),
    ],
)
def test_rare_days_are_found_however_far_they_are(text: str, fires: list[tuple[int, int, int]]) -> None:
    found = parse(text, anchor=ANCHOR).fires_between(
        datetime(2027, 1, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC), 3
    )
    assert [(fire.year, fire.month, fire.day) for fire in found] == fires


def test_workdays_that_few_months_have_are_found_within_milliseconds() -> None:
    started = time.process_time()
    schedule = parse("* * * W#22 * *", anchor=ANCHOR)
    fire = schedule.next_fire(datetime(2027, 3, 30, 23, 59, 59, tzinfo=UTC))
    assert fire == datetime(2027, 4, 30, tzinfo=UTC)
    assert schedule.next_fire(fire + DAY - timedelta(seconds=1)) == datetime(2027, 6, 30, tzinfo=UTC)
    assert time.process_time() - started < 2.5


def test_a_workday_that_no_month_of_the_rule_has_is_refused() -> None:
    with pytest.raises(Invalid, match=r"day of month.*never comes.*at position 5"):
        parse("0 0 W#23 2 *", anchor=ANCHOR)
