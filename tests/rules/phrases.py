"""What people type, the rule it means, and in plain Python the wall minutes at which that rule fires.

The predicates are written by hand and know nothing of Belfry: they are the second opinion.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

ANCHOR = datetime(2027, 1, 1, 10, 0, 0, tzinfo=UTC)
MON, TUE, WED, THU, FRI, SAT, SUN = range(7)


class Family(NamedTuple):
    """Phrases of one meaning. `fires` is asked for every wall time, `step` apart, of so many days."""

    rule: str
    fires: Callable[[datetime], bool]
    phrases: str
    days: float = 40
    step: int = 60


def at(*times: str) -> Callable[[datetime], bool]:
    return lambda w: f"{w:%H:%M}" in times


def last_day(w: datetime) -> int:
    """0 on the last day of the month, 1 on the one before."""
    days = 0
    while (w + timedelta(days=days + 1)).month == w.month:
        days += 1
    return days


def nth(w: datetime) -> int:
    return (w.day - 1) // 7 + 1


def is_last(w: datetime) -> bool:
    return (w + timedelta(days=7)).month != w.month


def workdays(w: datetime) -> list[int]:
    days = [w.replace(day=n) for n in range(1, w.day + last_day(w) + 1)]
    return [day.day for day in days if day.weekday() < SAT]


def counted(minutes: float) -> Callable[[datetime], bool]:
    return lambda w: (w.replace(tzinfo=UTC) - ANCHOR) % timedelta(minutes=minutes) == timedelta(0)


FAMILIES = [
    # paces on the wall clock
    Family(
        "* * * * *", lambda w: True, "every minute|each minute|every 1 minute|every one minute|minutely|every min", 2
    ),
    Family(
        "*/5 * * * *",
        lambda w: w.minute % 5 == 0,
        "every 5 minutes|every five minutes|each 5 minutes|every 5 mins|every 5 min|every 5m|every 5minutes"
        "|run every 5 minutes"
        "|Every  5\tMinutes|EVERY FIVE MINUTES|every 5 minutes.|every fifth minute|every 5th minute",
        3,
    ),
    Family("*/20 * * * *", lambda w: w.minute in (0, 20, 40), "every twenty minutes|every 20 mins.|each 20 minutes", 3),
    Family(
        "*/15 * * * *",
        lambda w: w.minute in (0, 15, 30, 45),
        "every 15 minutes|every fifteen minutes|every quarter of an hour|every quarter hour|every quarter-hour"
        "|every 15 min",
        3,
    ),
    Family(
        "*/30 * * * *",
        lambda w: w.minute in (0, 30),
        "every 30 minutes|half-hourly|every half hour|every half an hour|every half-hour|every thirty minutes",
        3,
    ),
    Family(
        "0 * * * *",
        lambda w: w.minute == 0,
        "hourly|every hour|each hour|every 1 hour|once an hour|every 60 minutes|every sixty minutes"
        "|every hr|once per hour|every hour of the day|hourly on the hour|hourly at :00",
        3,
    ),
    Family(
        "0 */2 * * *",
        lambda w: w.minute == 0 and w.hour % 2 == 0,
        "every 2 hours|every two hours|every other hour|every 2h|every second hour|every 2 hrs",
    ),
    Family("0 */6 * * *", lambda w: w.minute == 0 and w.hour % 6 == 0, "every 6 hours|every six hours|every 6 hrs"),
    Family("0 */12 * * *", lambda w: w.minute == 0 and w.hour % 12 == 0, "every 12 hours|every twelve hours"),
    Family(
        "0 0 * * *",
        at("00:00"),
        "daily|every day|each day|nightly|daily at midnight|every 24 hours|once a day|at midnight|00:00|0:00"
        "|every day of the week"
        "|every one day",
    ),
    Family(
        "0 0 * * 0",
        lambda w: w.weekday() == SUN and at("00:00")(w),
        "weekly|every week|each week|weekly on sunday|once a week|sundays|every sunday|on sundays at 0:00",
    ),
    Family(
        "0 0 1 * *",
        lambda w: w.day == 1 and at("00:00")(w),
        "monthly|every month|each month|on the 1st|on the first of the month|monthly on the 1st|every 1st"
        "|on the first of every month|once a month|on day 1",
        70,
    ),
    Family(
        "0 0 1 */3 *",
        lambda w: w.day == 1 and w.month % 3 == 1 and at("00:00")(w),
        "quarterly|every quarter|every 3 months|every three months|each quarter|every third month",
        200,
    ),
    Family(
        "0 0 1 */2 *",
        lambda w: w.day == 1 and w.month % 2 == 1 and at("00:00")(w),
        "every 2 months|every other month|every two months|every second month",
        130,
    ),
    Family(
        "0 0 1 1 *",
        lambda w: (w.month, w.day) == (1, 1) and at("00:00")(w),
        "yearly|annually|every year|every 12 months|on january 1st|every january|once a year|1 january|jan 1"
        "|every 4 quarters",
        400,
    ),
    Family(
        "*/10 * * * * *",
        lambda w: w.second % 10 == 0,
        "every 10 seconds|every ten secs|every 10 sec|every 10s|each 10 seconds",
        0.05,
        1,
    ),
    Family("* * * * * *", lambda w: True, "every second|each second|every 1 second|secondly|every one sec", 0.01, 1),
    Family(
        "*/30 * * * * *", lambda w: w.second % 30 == 0, "every 30 seconds|every thirty seconds|every 30 secs", 0.05, 1
    ),
    # rates that count from the anchor
    Family("every 7 minutes", counted(7), "every 7 minutes|every seven minutes|every 7 mins", 3),
    Family("every 90 minutes", counted(90), "every 90 minutes|every ninety minutes", 3),
    Family("every 25 minutes", counted(25), "every twenty-five minutes|every twenty five minutes|every 25 mins", 3),
    Family("every 3600 seconds", counted(60), "every 3600 seconds", 3),
    Family("every 90 seconds", counted(1.5), "every 90 seconds|every ninety secs", 0.2, 1),
    Family("every 45 seconds", counted(0.75), "every forty-five seconds|every 45s", 0.05, 1),
    Family("every 5 hours", counted(300), "every 5 hours|every five hours|every 5h|every 5 hrs", 5),
    Family("every 36 hours", counted(36 * 60), "every 36 hours|every thirty-six hours", 9),
    Family(
        "every 2 days",
        counted(2880),
        "every other day|every 2 days|every two days|every second day|every alternate day|each 2nd day",
    ),
    Family("every 3 days", counted(4320), "every 3 days|every three days|every third day"),
    Family(
        "every 2 weeks",
        counted(14 * 1440),
        "every 2 weeks|every other week|every two weeks|fortnightly|every fortnight|every second week",
        60,
    ),
    Family("every 3 weeks", counted(21 * 1440), "every 3 weeks|every three wks", 60),
    # minutes of the hour
    Family(
        "15 * * * *",
        lambda w: w.minute == 15,
        "every hour at :15|hourly at minute 15|at 15 minutes past every hour|hourly at :15"
        "|15 minutes past every hour|quarter past every hour|every hour at minute 15|at minute 15 of every hour"
        "|at minute 15 past the hour|at :15",
        3,
    ),
    Family(
        "30 * * * *",
        lambda w: w.minute == 30,
        "half past every hour|every hour at :30|hourly at :30|30 minutes past the hour|thirty minutes past each hour",
        3,
    ),
    Family(
        "30 */2 * * *",
        lambda w: w.minute == 30 and w.hour % 2 == 0,
        "every 2 hours at :30|every two hours at minute 30|every other hour at :30",
    ),
    Family(
        "15,45 * * * *",
        lambda w: w.minute in (15, 45),
        "every hour at :15 and :45|hourly at minutes 15 and 45|at minutes 15 and 45 of every hour",
        3,
    ),
    # times of the day
    Family(
        "0 9 * * *",
        at("09:00"),
        "daily at 9:00|at 9:00|9:00|at 9 am|9am|9 a.m.|every day at 9am|daily at 9.00|nine am|at nine am"
        "|once a day at 9:00|daily at 9 o'clock am"
        "|at 9 in the morning|daily, at 9:00|every day, at 09:00|run daily at 9:00|once daily at 9:00"
        "|run at 9:00|daily @ 9:00|9:00 daily",
    ),
    Family(
        "30 9 * * *",
        at("09:30"),
        "daily at 9:30|9.30am|at 9.30|9:30 am|daily at 9h30|09:30|at 9.30 a.m.|every day at 09.30",
    ),
    Family(
        "0 12 * * *",
        at("12:00"),
        "noon|midday|at noon|daily at noon|every day at midday|at 12 pm|12:00|12:00 pm|every day at noon|12 noon|at 12 noon",
    ),
    Family(
        "0 18 * * *",
        at("18:00"),
        "daily at 6 pm|18h|at 18|at 18h|at 6 PM|18:00|6:00pm|at 6 in the evening|6 o'clock pm|six pm|daily at 18",
    ),
    Family("30 18 * * *", at("18:30"), "18h30|at 18h30|18 h 30|at 18 h 30|6:30pm|daily at 6.30 p.m.|at 18.30"),
    Family("0 0 * * *", at("00:00"), "12am|12 am|at 0|at 00:00|12:00 am"),
    Family("30 0 6 * * *", lambda w: f"{w:%H:%M:%S}" == "06:00:30", "at 06:00:30|daily at 6:00:30 am|06:00:30", 2, 1),
    Family(
        "0 6,18 * * *",
        at("06:00", "18:00"),
        "at 6:00 and 18:00|twice a day at 6:00 and 18:00|twice daily at 6am and 6pm|daily at 6:00, 18:00"
        "|at 6 and 18|two times a day at 6:00 and 18:00|at 18:00 and 6:00|every day at 6 am and at 6 pm",
    ),
    Family(
        "0 6-18/6 * * *",
        at("06:00", "12:00", "18:00"),
        "at 6, 12 and 18h|three times a day at 6:00, 12:00 and 18:00|at 6:00, noon and 18:00|at 6, 12 and 18"
        "|thrice a day at 6:00, 12:00 and 18:00|3 times a day at 6 am, 12 pm and 6 pm",
    ),
    Family(
        "0 6 * * * | 30 18 * * *",
        at("06:00", "18:30"),
        "at 6:00 and 18:30|twice a day at 6:00 and 18:30|daily at 18:30, 6:00",
    ),
    Family("0,30 9 * * *", at("09:00", "09:30"), "at 9:00 and 9:30|daily at 9:00, and 9:30"),
    # days of the week
    Family(
        "0 0 * * 1",
        lambda w: w.weekday() == MON and at("00:00")(w),
        "weekly on monday|every monday|mondays|on monday|each mon|on Mondays|every monday at midnight"
        "|once a week on monday|every week on monday",
    ),
    Family(
        "0 9 * * 1",
        lambda w: w.weekday() == MON and at("09:00")(w),
        "every monday at 9:00|mondays at 9am|on mon at 9:00|weekly on monday at 9:00|9:00 on mondays"
        "|at 9:00 every monday|Mon. at 9:00|on monday 9:00",
    ),
    Family(
        "0 18 * * 1,4",
        lambda w: w.weekday() in (MON, THU) and at("18:00")(w),
        "every monday and thursday at 18:00|mondays and thursdays at 6pm|on mon, thu at 18:00"
        "|mon and thurs at 18h|twice a week on monday and thursday at 18:00"
        "|every monday and every thursday at 18:00|on monday, and thur at 18:00",
    ),
    Family(
        "0 0 * * 2,3",
        lambda w: w.weekday() in (TUE, WED) and at("00:00")(w),
        "tues and weds|on tuesdays and wednesdays|every tue, wed",
    ),
    Family(
        "30 9 * * 1-5",
        lambda w: w.weekday() < SAT and at("09:30")(w),
        "weekdays at 09:30|on weekdays at 9:30|every weekday at 9.30|mon-fri at 9:30|monday to friday at 9:30"
        "|monday through friday at 9:30 am|workdays at 9:30|on working days at 9:30|every workday at 9h30"
        "|on business days at 9:30|mon - fri at 9:30|from monday to friday at 9:30",
    ),
    Family(
        "0 10 * * 0,6",
        lambda w: w.weekday() >= SAT and at("10:00")(w),
        "weekends at 10:00|at weekends at 10:00|on the weekend at 10:00|saturdays and sundays at 10am"
        "|sat-sun at 10:00|every weekend at 10:00|on weekends, at 10:00",
    ),
    Family(
        "0 0 * * 0,5,6",
        lambda w: w.weekday() >= FRI and at("00:00")(w),
        "friday to sunday|fri-sun|fridays, saturdays and sundays",
    ),
    Family(
        "0 0 * * 0,1,6",
        lambda w: w.weekday() in (SAT, SUN, MON) and at("00:00")(w),
        "saturday to monday|sat-mon|weekends and mondays",
    ),
    Family(
        "*/5 * * * 1-5",
        lambda w: w.minute % 5 == 0 and w.weekday() < SAT,
        "every 5 minutes on weekdays|on weekdays every 5 minutes|weekdays, every five minutes"
        "|every 5 minutes, monday to friday",
        8,
    ),
    Family(
        "0 */2 * * 6",
        lambda w: w.minute == 0 and w.hour % 2 == 0 and w.weekday() == SAT,
        "every 2 hours on saturdays|on saturday every two hours",
    ),
    Family(
        "*/7 * * * 1",
        lambda w: w.minute % 7 == 0 and w.weekday() == MON,
        "every 7 minutes of every hour on mondays",
        12,
    ),
    # days of the month
    Family(
        "0 0 1,15 * *",
        lambda w: w.day in (1, 15) and at("00:00")(w),
        "on the 1st and 15th|on the first and fifteenth|monthly on the 1st and 15th"
        "|the 1st and the 15th of the month|on the 1st, 15th of every month|twice a month on the 1st and 15th"
        "|on days 1 and 15 of the month",
    ),
    Family(
        "0 9 1-5 * *",
        lambda w: w.day <= 5 and at("09:00")(w),
        "on the 1st to 5th at 9:00|on the 1st to the 5th of the month at 9:00|monthly on the 1st to 5th at 9am"
        "|on days 1 to 5 at 9:00",
    ),
    Family(
        "30 6 22 * *",
        lambda w: w.day == 22 and at("06:30")(w),
        "on the twenty-second at 6:30|on the 22nd at 6:30 am|every 22nd at 6.30",
    ),
    Family(
        "0 0 L * *",
        lambda w: last_day(w) == 0 and at("00:00")(w),
        "on the last day of the month|on the last day|monthly on the last day|last day of every month"
        "|every last day of the month|final day of the month",
        70,
    ),
    Family(
        "0 9 L-2 * *",
        lambda w: last_day(w) == 2 and at("09:00")(w),
        "third to last day of the month at 9:00|on the third-to-last day at 9:00"
        "|on the 3rd to last day of each month at 9:00",
        70,
    ),
    Family(
        "0 9 L-1 * *",
        lambda w: last_day(w) == 1 and at("09:00")(w),
        "second to last day of the month at 9:00|penultimate day of the month at 9:00|on the second-last day at 9:00",
        70,
    ),
    Family(
        "0 9 * * 1#1",
        lambda w: w.weekday() == MON and nth(w) == 1 and at("09:00")(w),
        "on the first monday of the month at 9am|first monday at 9:00|monthly on the first monday at 9:00"
        "|1st mon of every month at 9:00|every first monday of the month at 9:00"
        "|on the 1st monday of each month at 9:00",
        70,
    ),
    Family(
        "0 9 * * 5L",
        lambda w: w.weekday() == FRI and is_last(w) and at("09:00")(w),
        "on the last friday of the month at 9am|last friday at 9:00|every last friday at 9:00"
        "|monthly on the last fri at 9:00|final friday of the month at 9:00",
        70,
    ),
    Family(
        "0 9 * * 5#-2",
        lambda w: w.weekday() == FRI and is_last(w + timedelta(days=7)) and not is_last(w) and at("09:00")(w),
        "second to last friday at 9:00|on the second-to-last friday of the month at 9:00|penultimate friday at 9:00",
        70,
    ),
    Family(
        "0 9 * * 2#2,2#4",
        lambda w: w.weekday() == TUE and nth(w) in (2, 4) and at("09:00")(w),
        "on the second and fourth tuesday at 9:00|2nd and 4th tuesdays at 9:00"
        "|on the second and the fourth tuesday of the month at 9:00",
        70,
    ),
    Family(
        "0 9 1W * *",
        lambda w: w.day == workdays(w)[0] and at("09:00")(w),
        "on the first weekday of the month at 9:00|first workday at 9:00"
        "|first business day of the month at 9:00|monthly on the first working day at 9:00",
        70,
    ),
    Family(
        "0 9 LW * *",
        lambda w: w.day == workdays(w)[-1] and at("09:00")(w),
        "on the last weekday of the month at 9:00|last workday at 9:00|last business day of the month at 9:00",
        70,
    ),
    Family(
        "0 9 W#-2 * *",
        lambda w: w.day == workdays(w)[-2] and at("09:00")(w),
        "second-to-last weekday of the month at 9:00|penultimate workday at 9:00",
        70,
    ),
    Family(
        "0 9 W#3 * *",
        lambda w: w.day == workdays(w)[2] and at("09:00")(w),
        "third weekday of the month at 9:00|on the 3rd business day at 9:00",
        70,
    ),
    Family(
        "0 9 15W * *",
        lambda w: w.day == min(workdays(w), key=lambda d: abs(d - 15)) and at("09:00")(w),
        "on the weekday nearest the 15th at 9:00|on the weekday nearest to the 15th of the month at 9:00"
        "|workday closest to the 15th at 9:00",
        130,
    ),
    Family(
        "0 0 13 * 5",
        lambda w: (w.day == 13 or w.weekday() == FRI) and at("00:00")(w),
        "on the 13th or on fridays|on the 13th or friday|fridays or the 13th",
    ),
    Family(
        "0 0 */2 * 1",
        lambda w: w.day % 2 == 1 and w.weekday() == MON and at("00:00")(w),
        "every 2 days of every month that is a monday|every 2 days of every month if it is a monday",
    ),
    Family(
        "30 9 */2 * *",
        lambda w: w.day % 2 == 1 and at("09:30")(w),
        "every 2 days of every month at 9:30|every two days of the month at 9:30",
    ),
    Family(
        "0 9 15 */3 *",
        lambda w: w.day == 15 and w.month % 3 == 1 and at("09:00")(w),
        "every 3 months on the 15th at 9:00|quarterly on the 15th at 9:00|on the 15th of every 3 months at 9:00"
        "|every quarter on the 15th at 9am",
        200,
    ),
    # months and days of the year
    Family(
        "0 0 3 3 *",
        lambda w: (w.month, w.day) == (3, 3) and at("00:00")(w),
        "on march 3rd|march 3|3 march|the 3rd of march|yearly on march 3rd|every year on the 3rd of march"
        "|every march 3rd|on 3 mar|march 3rd at midnight",
        100,
    ),
    Family(
        "0 18 24 12 *",
        lambda w: (w.month, w.day) == (12, 24) and at("18:00")(w),
        "yearly on december 24th at 18:00|december 24th at 6pm|on 24 december at 18h|24 dec at 18:00"
        "|on the 24th of december at 18:00|annually on dec. 24 at 18:00",
        400,
    ),
    Family(
        "0 0 15 3,9 *",
        lambda w: w.day == 15 and w.month in (3, 9) and at("00:00")(w),
        "on the 15th of march and september|15th of march and september|on the fifteenth in march, september"
        "|in march and september on the 15th",
        280,
    ),
    Family(
        "0 6 * 1,7 *",
        lambda w: w.month in (1, 7) and at("06:00")(w),
        "every day in january and july at 6:00|daily in january and july at 6:00|daily at 6:00 in jan and jul"
        "|in january and july daily at 6:00",
        200,
    ),
    Family(
        "0 9 * 6-8 1",
        lambda w: w.month in (6, 7, 8) and w.weekday() == MON and at("09:00")(w),
        "every monday in june to august at 9:00|mondays at 9:00 in june, july and august"
        "|on mondays at 9:00 from june to august",
        250,
    ),
    Family(
        "0 9 * 11 4#4",
        lambda w: w.month == 11 and w.weekday() == THU and nth(w) == 4 and at("09:00")(w),
        "on the fourth thursday of november at 9:00|yearly on the fourth thursday of november at 9:00"
        "|4th thursday in november at 9am",
        340,
    ),
    Family(
        "0 0 1 3 *",
        lambda w: (w.month, w.day) == (3, 1) and at("00:00")(w),
        "every march|on the 1st of every march|yearly in march|on the first of march",
        100,
    ),
    Family(
        "0 0 1 1,11,12 *",
        lambda w: w.day == 1 and w.month in (11, 12, 1) and at("00:00")(w),
        "on the 1st of november to january|on the 1st in nov, dec and jan",
        340,
    ),
    # windows
    Family(
        "*/15 9-16 * * 1-5 | 0 17 * * 1-5",
        lambda w: w.weekday() < SAT and w.minute % 15 == 0 and "09:00" <= f"{w:%H:%M}" <= "17:00",
        "every 15 minutes between 9am and 5pm on weekdays|every 15 minutes from 9:00 to 17:00 on weekdays"
        "|on weekdays every quarter of an hour between 9:00 and 17:00|weekdays every 15 min 9:00-17:00"
        "|every 15 minutes between 9:00 and 17:00 inclusive on weekdays"
        "|every 15 minutes between 9 and 17 on weekdays|every 15 minutes from 9:00 until 17:00 on weekdays"
        "|every 15 minutes 9am-5pm mon-fri",
        9,
    ),
    Family(
        "*/15 9-16 * * *",
        lambda w: w.minute % 15 == 0 and 9 <= w.hour < 17,
        "every 15 minutes between 9am and 5pm exclusive|every 15 minutes from 9:00 to 17:00 exclusive",
        4,
    ),
    Family(
        "0 9-17 * * *",
        lambda w: w.minute == 0 and 9 <= w.hour <= 17,
        "hourly from 9:00 to 17:00|every hour between 9:00 and 17:00|hourly between 9am and 5pm"
        "|every hour from 9h to 17h|hourly 9:00-17:00|between 9:00 and 17:00 every hour",
        4,
    ),
    Family(
        "0 9-17/2 * * *",
        lambda w: w.minute == 0 and w.hour in (9, 11, 13, 15, 17),
        "every 2 hours between 9:00 and 17:00|every other hour from 9:00 to 18:00",
        4,
    ),
    Family(
        "30 9-16 * * *",
        lambda w: w.minute == 30 and 9 <= w.hour <= 16,
        "hourly from 9:30 to 17:00|every hour between 9:30 and 16:30",
        4,
    ),
    Family(
        "*/30 0-5,22,23 * * * | 0 6 * * *",
        lambda w: w.minute % 30 == 0 and (w.hour >= 22 or w.hour < 6 or (w.hour, w.minute) == (6, 0)),
        "every 30 minutes between 22:00 and 6:00|half-hourly from 10pm to 6am|every half hour 22:00-6:00",
        4,
    ),
    Family(
        "*/30 0-5 * * 2-6 | */30 22,23 * * 1-5 | 0 6 * * 2-6",
        lambda w: (
            w.minute % 30 == 0
            and (
                (w.hour >= 22 and w.weekday() < SAT)
                or ((w.hour < 6 or (w.hour, w.minute) == (6, 0)) and w.weekday() in (TUE, WED, THU, FRI, SAT))
            )
        ),
        "every 30 minutes between 22:00 and 6:00 on weekdays",
        9,
    ),
    Family(
        "0-56/7 9 * * *",
        lambda w: w.hour == 9 and w.minute % 7 == 0,
        "every 7 minutes between 9:00 and 10:00|every 7 minutes from 9:00 to 10:00 exclusive",
        4,
    ),
    Family(
        "*/10 * 9 * * * | 0 10 * * *",
        lambda w: (w.hour == 9 and w.second % 10 == 0) or f"{w:%H:%M:%S}" == "10:00:00",
        "every 10 seconds between 9:00 and 10:00|every 10 secs from 9am to 10am",
        1.5,
        1,
    ),
    Family(
        "* 0-5 * * *",
        lambda w: w.hour < 6,
        "every minute between midnight and 6:00 exclusive|every minute from 0:00 to 6:00 exclusive",
        3,
    ),
    Family(
        "0 0,18-23 * * *",
        lambda w: w.minute == 0 and (w.hour >= 18 or w.hour == 0),
        "hourly between 18:00 and midnight|every hour from 6pm to 12am",
        3,
    ),
    # field by field
    Family(
        "*/7 * * * *",
        lambda w: w.minute % 7 == 0,
        "every 7 minutes of every hour|every 7 minutes every hour|every seven minutes of the hour",
        3,
    ),
    Family(
        "*/7 8-18 1,15 * *",
        lambda w: w.minute % 7 == 0 and 8 <= w.hour <= 18 and w.day in (1, 15),
        "every 7 minutes of hours 8 to 18 on the 1st and 15th|on the 1st and 15th every 7 minutes of hours 8 to 18",
    ),
    Family(
        "0-14/7 * * * *",
        lambda w: w.minute in (0, 7, 14),
        "at minutes 0, 7 and 14 of every hour|minutes 0, 7 and 14 of every hour",
        3,
    ),
    Family(
        "5,20 8-18 * * *",
        lambda w: w.minute in (5, 20) and 8 <= w.hour <= 18,
        "at minutes 5 and 20 of hours 8 to 18",
        3,
    ),
    Family(
        "0 */5 * * *",
        lambda w: w.minute == 0 and w.hour % 5 == 0,
        "every 5 hours of every day|every 5 hours of the day|every five hours every day",
        4,
    ),
    Family(
        "0 0 1 */5 *",
        lambda w: w.day == 1 and w.month in (1, 6, 11) and at("00:00")(w),
        "every 5 months of every year on the 1st|every 5 months of the year",
        340,
    ),
    Family(
        "0 0 * * */3",
        lambda w: w.weekday() in (SUN, WED, SAT) and at("00:00")(w),
        "every 3 days of every week|every three days of the week",
    ),
    # unions
    Family(
        "0 17 * * 5 | 0 9 * * 1",
        lambda w: (w.weekday() == MON and at("09:00")(w)) or (w.weekday() == FRI and at("17:00")(w)),
        "every monday at 9:00 and also every friday at 17:00|every monday at 9:00; every friday at 17:00"
        "|fridays at 5pm, also mondays at 9am",
    ),
]
PHRASES = [(phrase, family) for family in FAMILIES for phrase in family.phrases.split("|")]

RECURRENCES = """
every other day at 9:00                       FREQ=DAILY;INTERVAL=2;BYHOUR=9;BYMINUTE=0;BYSECOND=0
every second day at 9am                       FREQ=DAILY;INTERVAL=2;BYHOUR=9;BYMINUTE=0;BYSECOND=0
every 3 days at noon                          FREQ=DAILY;INTERVAL=3;BYHOUR=12;BYMINUTE=0;BYSECOND=0
every 2 days at 9:00 and 17:00                FREQ=DAILY;INTERVAL=2;BYHOUR=9,17;BYMINUTE=0;BYSECOND=0
every 3 days in march at 9:00                 FREQ=DAILY;INTERVAL=3;BYMONTH=3;BYHOUR=9;BYMINUTE=0;BYSECOND=0
every 2 weeks on monday at 9:00               FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9;BYMINUTE=0;BYSECOND=0
every other monday at 9:00                    FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9;BYMINUTE=0;BYSECOND=0
every other week on mon and thu at 18h30      FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;BYHOUR=18;BYMINUTE=30;BYSECOND=0
every other friday                            FREQ=WEEKLY;INTERVAL=2;BYDAY=FR;BYHOUR=0;BYMINUTE=0;BYSECOND=0
fortnightly on monday at 9:00                 FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=9;BYMINUTE=0;BYSECOND=0
every 3 weeks on weekdays at 9:30  FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,TU,WE,TH,FR;BYHOUR=9;BYMINUTE=30;BYSECOND=0
every 2 weeks at 9:00                         FREQ=WEEKLY;INTERVAL=2;BYHOUR=9;BYMINUTE=0;BYSECOND=0
every 5 months                                FREQ=MONTHLY;INTERVAL=5
every 5 months on the 1st                     FREQ=MONTHLY;INTERVAL=5;BYMONTHDAY=1;BYHOUR=0;BYMINUTE=0;BYSECOND=0
every 5 months on the last day at noon        FREQ=MONTHLY;INTERVAL=5;BYMONTHDAY=-1;BYHOUR=12;BYMINUTE=0;BYSECOND=0
every 18 months on the 15th at 6am            FREQ=MONTHLY;INTERVAL=18;BYMONTHDAY=15;BYHOUR=6;BYMINUTE=0;BYSECOND=0
every 5 months on the first monday at 9:00    FREQ=MONTHLY;INTERVAL=5;BYDAY=1MO;BYHOUR=9;BYMINUTE=0;BYSECOND=0
every 7 months on the last friday at 9:00     FREQ=MONTHLY;INTERVAL=7;BYDAY=-1FR;BYHOUR=9;BYMINUTE=0;BYSECOND=0
every 5 months, last weekday  FREQ=MONTHLY;INTERVAL=5;BYDAY=MO,TU,WE,TH,FR;BYHOUR=0;BYMINUTE=0;BYSECOND=0;BYSETPOS=-1
every 2 years                                 FREQ=YEARLY;INTERVAL=2
every other year on march 3rd at 9:00  FREQ=YEARLY;INTERVAL=2;BYMONTH=3;BYMONTHDAY=3;BYHOUR=9;BYMINUTE=0;BYSECOND=0
every 4 years on 28 february  FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=28;BYHOUR=0;BYMINUTE=0;BYSECOND=0
"""

# Said on Friday, 1 January 2027, at 11:00 in Berlin; the wall time there.
ONCE = """
in 10 minutes                    2027-01-01 11:10:00
in ten minutes                   2027-01-01 11:10:00
in 90 secs                       2027-01-01 11:01:30
in an hour                       2027-01-01 12:00:00
in a minute                      2027-01-01 11:01:00
2 hours from now                 2027-01-01 13:00:00
10 minutes from now              2027-01-01 11:10:00
an hour from now                 2027-01-01 12:00:00
in half an hour                  2027-01-01 11:30:00
in two weeks                     2027-01-15 11:00:00
in 3 days at 9:00                2027-01-04 09:00:00
in 2 months                      2027-03-01 11:00:00
in a year                        2028-01-01 11:00:00
a week from now                  2027-01-08 11:00:00
today at 18:00                   2027-01-01 18:00:00
at 18:00 today                   2027-01-01 18:00:00
tomorrow at noon                 2027-01-02 12:00:00
tomorrow at 9am                  2027-01-02 09:00:00
tomorrow, at midnight            2027-01-02 00:00:00
day after tomorrow at 9:00       2027-01-03 09:00:00
the day after tomorrow at 9:00   2027-01-03 09:00:00
next friday at 17:00             2027-01-08 17:00:00
this friday at 17:00             2027-01-01 17:00:00
next monday at 9 am              2027-01-04 09:00:00
on next sunday at 9:00           2027-01-03 09:00:00
friday, 2027-02-05 at 9:00       2027-02-05 09:00:00
on friday 2027-02-05 09:00       2027-02-05 09:00:00
on 2027-01-31 at 08:00           2027-01-31 08:00:00
2027-01-31 at 8am                2027-01-31 08:00:00
2027-01-31 08:00                 2027-01-31 08:00:00
on 2027-01-31T08:00:00           2027-01-31 08:00:00
2027-01-31T08:00:00Z             2027-01-31 09:00:00
2027-01-31T08:00:00+01:00        2027-01-31 08:00:00
on january 31st 2027 at 8am      2027-01-31 08:00:00
january 31, 2027 at 8:00         2027-01-31 08:00:00
31 January 2027 08:00            2027-01-31 08:00:00
on the 31st of january 2027 at 8 am  2027-01-31 08:00:00
31 jan 2027, 18h30               2027-01-31 18:30:00
at noon on 2028-02-29            2028-02-29 12:00:00
"""


def rows(table: str) -> list[list[str]]:
    """The rows of a table whose columns stand two blanks apart or more."""
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in table.split("\n") if line.strip()]
