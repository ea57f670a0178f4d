"""Words that people use and that mean two things, or nothing exact: refused with what they may have meant."""

import re
from collections.abc import Callable
from fractions import Fraction

from belfry.rules.schedules import halves
from belfry.rules.schedules.unclear import Unclear

_HALF = "means twice in one or once in two of them, depending on who reads it"
_CLOCK = r"(?:at +)?(?:[0-9]{1,2}(?:[:.][0-9]{2}|h(?:[0-9]{2})?)?(?: *[ap]\.?m)?|noon|midnight)"
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:days?)?"
_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_BY_ITSELF = "what is dated runs once by itself"
_IN_A_HALF = "a part of the day does not make a time exact; write am or pm, or a time such as 20:00"
_SMALLER = {"week": (7, "days"), "day": (24, "hours"), "hour": (60, "minutes"), "minute": (60, "seconds")}

Instead = tuple[str, ...] | Callable[[re.Match[str]], tuple[str, ...]]


def _whole(found: re.Match[str]) -> tuple[str, ...]:
    count, smaller = _SMALLER.get(found["unit"], (0, ""))
    exact = Fraction(found["amount"].replace(",", ".")) * count
    return (f"{exact} {smaller}",) if exact and exact.denominator == 1 else ()


def _past_the_hour(found: re.Match[str]) -> tuple[str, ...]:
    minutes = [int(minute) for minute in re.findall("[0-9]+", found["past"])]
    return (
        ("hourly" if found["hourly"] == "hourly" else "every hour")
        + " at "
        + " and ".join(f":{minute:02}" for minute in minutes),
    )


def _last_day(found: re.Match[str]) -> tuple[str, ...]:
    which = found["which"] or "the"
    return ("on the last day of december",) if found["long"] == "year" else (f"on the last day of {which} month",)


_VAGUE: tuple[tuple[str, str, Instead], ...] = (
    (r"bi-?weekly", f"biweekly {_HALF}", ("every 2 weeks", "on monday and thursday")),
    (r"bi-?monthly", f"bimonthly {_HALF}", ("every 2 months", "on the 1st and 15th")),
    (r"bi-?(annual|annually|yearly)", f"biannually {_HALF}", ("every 6 months", "every 2 years")),
    (r"(semi|half)-?weekly", "which two days of the week?", ("on monday and thursday",)),
    (r"(semi|half)-?monthly", "which two days of the month?", ("on the 1st and 15th",)),
    (r"(semi|half)-?(annual|annually|yearly)", "write how many months lie between", ("every 6 months",)),
    (r"never", "a job that runs by hand only is", ("manual",)),
    (halves.TWO_PARTS, _IN_A_HALF, halves.two_parts),
    (halves.BEFORE_A_TIME, _IN_A_HALF, halves.before_a_time),
    (halves.AFTER_A_TIME, _IN_A_HALF, halves.after_a_time),
    (halves.ALONE, "at which time?", halves.alone),
    (r"everyday", "these are two words", ("every day",)),
    (r"yesterday", "that is over", ()),
    (
        r"(?:(?:at|by|on) +)?(?:the +)?end +of +(?:(?P<which>the|every|each) +)?(?P<long>month|year)",
        "the end is a day: which one?",
        _last_day,
    ),
    (r"(?:every|each) +month[- ]end", "the end is a day: which one?", ("on the last day of every month",)),
    (r"(?P<named>last +[a-z]+) +of +(?:the|every|each) +year", "in which month?", (r"\g<named> of december",)),
    (
        r"(?P<hourly>every +hour|hourly) +at +(?P<past>[0-5]?[0-9](?: *(?:,|and)+ *[0-5]?[0-9])*)"
        r"(?! *(?:[0-9:.]|[ap]\.?m|h(?![a-z])|o'|m(?:in|(?![a-z]))|s(?:ec|(?![a-z]))|past|after|(?:,|and) *[0-9]))",
        "minutes past the hour are written :05",
        _past_the_hour,
    ),
    (
        rf"{_WEEKDAY} +the +[0-9]+(?:st|nd|rd|th)(?=$| +at | +of +(?:the|every) )",
        "a weekday that is also such a day of the month takes a recurrence rule, "
        "such as RRULE:FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
        (),
    ),
    (
        r"(?:^ *|at +)(?P<past>[0-5]?[0-9]) +past +(?:the|(?P<hourly>every)) +hour",
        "minutes past the hour are written :05",
        _past_the_hour,
    ),
    (
        r"^ *(?P<named>[0-9]{1,9} *(?:second|sec|hour|hr|day|week|month|year)s?) *$",
        "again and again, or once?",
        (r"every \g<named>", r"in \g<named>"),
    ),
    (rf"(?:through|thru|to)(?= +{_DATE})", "the last date goes with until", ("until",)),
    (r"once +in(?= +(?:[0-9]|an?(?![a-z])))", "once, or again and again?", ("in", "every")),
    (r"once +at", "on which day?", ("today at", "tomorrow at")),
    (rf"once +(?:on +)?(?P<named>{_WEEKDAY})(?= )", _BY_ITSELF, (r"next \g<named>",)),
    (rf"once(?= +(?:on +)?(?:{_DATE}|today|tomorrow|next|(?:the +)?day +after))", _BY_ITSELF, ("",)),
    (r"once(?= +every +[0-9])", '"once" is no part of a pace', ("",)),
    (
        r"(?<=at )(?P<hour>[0-9]{1,2}) +(?:h|hrs?|hours?)(?! *[0-9])|^ *(?P<only>[0-9]{1,2}) +h *$",
        "an hour of the day is written 18h or 18:00",
        (r"\g<hour>\g<only>h",),
    ),
    (r"noonish|about noon|around noon", "a schedule needs an exact time", ("noon",)),
    (r"around|about|approximately|roughly|circa", "a schedule needs an exact time", ("at", "")),
    (r"now|immediately|asap", "run it by hand for that, or say when", ("in 1 minute",)),
    (r"except|but|unless|not", "exceptions are not understood here; a calendar can hold them", ()),
    (r"[0-9]+:[0-9](?![0-9])", "minutes are two digits", ()),
    (
        r"(?P<amount>[0-9]{1,6}[.,][0-9]{1,6}) *(?P<unit>hour|minute|day|week|month|year)s?",
        "write it in whole units, such as 90 minutes",
        _whole,
    ),
    (r"sometimes|occasionally|often|rarely|regularly", "how often?", ("hourly", "daily")),
    (r"(eastern|pacific|central|mountain) time", "write the name of a zone", ("America/New_York",)),
)
_WORDS = [(re.compile(rf"(?<![a-z-])(?:{words})(?![a-z-])"), why, instead) for words, why, instead in _VAGUE]
_TWICE = re.compile(
    rf"(?<![a-z-])(?:{_WEEKDAY}|weekdays?|weekends?|daily) +{_CLOCK}(?P<joint> *, *(?:and +)?| +and +)"
    rf"(?:(?:on|every) +)*(?:{_WEEKDAY}|weekdays?|weekends?)(?:(?: *,| +and)+ +{_WEEKDAY})* +{_CLOCK}"
)
_KEPT = re.compile(r"in +the +(morning|afternoon|evening)|from +now")
_SLASHED = re.compile(r"(?<![0-9/])([0-9]{1,4})/([0-9]{1,2})(?:/([0-9]{1,4}))?(?![0-9/])")
_DOTTED = re.compile(r"(?<![0-9.])([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})(?![0-9])")


def refuse_what_is_vague(text: str) -> None:
    """Raises Unclear for the first such word or date in a text of lower case."""
    if date := _SLASHED.search(text) or _DOTTED.search(text):
        raise Unclear(date.start(), len(date[0]), f"{date[0]} could be two dates; write year-month-day", _dates(date))
    if twice := _TWICE.search(text):
        why = 'these are two rules; join them by "and also"'
        raise Unclear(twice.start("joint"), len(twice["joint"]), why, (" and also ",))
    clear = _KEPT.sub(lambda kept: "." * len(kept[0]), text)
    found = [(match, why, instead) for words, why, instead in _WORDS if (match := words.search(clear))]
    if found:
        match, why, instead = min(found, key=lambda one: (one[0].start(), -len(one[0][0])))
        raise Unclear(match.start(), len(match[0]), why, _meant(match, instead))


def _meant(found: re.Match[str], instead: Instead) -> tuple[str, ...]:
    return instead(found) if callable(instead) else tuple(found.expand(one) for one in instead)


def _dates(found: re.Match[str]) -> tuple[str, ...]:
    if not found[3]:
        return ()
    one, two, three = (int(number) for number in found.groups())
    parts = [(one, two, three)] if one > 31 else [(three, one, two), (three, two, one)]
    full = [(year + (2000 if year < 100 else 0), month, day) for year, month, day in parts]
    return tuple(f"{year:04}-{month:02}-{day:02}" for year, month, day in full if month <= 12 and day <= 31)
