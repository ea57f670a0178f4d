"""Words that people use and that mean two things, or nothing exact: refused with what they may have meant."""

import re

from belfry.rules.schedules.unclear import Unclear

_HALF = "means twice in one or once in two of them, depending on who reads it"
_VAGUE: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (r"bi-?weekly", f"biweekly {_HALF}", ("every 2 weeks", "on monday and thursday")),
    (r"bi-?monthly", f"bimonthly {_HALF}", ("every 2 months", "on the 1st and 15th")),
    (r"bi-?(annual|annually|yearly)", f"biannually {_HALF}", ("every 6 months", "every 2 years")),
    (r"(semi|half)-?weekly", "which two days of the week?", ("on monday and thursday",)),
    (r"(semi|half)-?monthly", "which two days of the month?", ("on the 1st and 15th",)),
    (r"(semi|half)-?(annual|annually|yearly)", "write how many months lie between", ("every 6 months",)),
    (r"never", "a job that runs by hand only is", ("manual",)),
    (r"(this )?(morning|afternoon|evening)|tonight", "at which time?", ("today at 20:00", "today at 09:00")),
    (r"noonish|about noon|around noon", "a schedule needs an exact time", ("noon",)),
    (r"around|about|approximately|roughly|circa", "a schedule needs an exact time", ("at", "")),
    (r"now|immediately|asap", "run it by hand for that, or say when", ("in 1 minute",)),
    (r"except|but|unless|not", "exceptions are not understood here; a calendar can hold them", ()),
    (r"[0-9]+:[0-9](?![0-9])", "minutes are two digits", ()),
    (
        r"[0-9]+[.,][0-9]+ *(hour|minute|day|week|month)s?",
        "write it in whole units, such as 90 minutes",
        (),
    ),
    (r"sometimes|occasionally|often|rarely|regularly", "how often?", ("hourly", "daily")),
    (r"(eastern|pacific|central|mountain) time", "write the name of a zone", ("America/New_York",)),
)
_WORDS = [(re.compile(rf"(?<![a-z-])(?:{words})(?![a-z-])"), why, instead) for words, why, instead in _VAGUE]
_KEPT = re.compile(r"in +the +(morning|afternoon|evening)|from +now")
_SLASHED = re.compile(r"(?<![0-9/])([0-9]{1,4})/([0-9]{1,2})(?:/([0-9]{1,4}))?(?![0-9/])")
_DOTTED = re.compile(r"(?<![0-9.])([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})(?![0-9])")


def refuse_what_is_vague(text: str) -> None:
    """Raises Unclear for the first such word or date in a text of lower case."""
    if date := _SLASHED.search(text) or _DOTTED.search(text):
        raise Unclear(date.start(), len(date[0]), f"{date[0]} could be two dates; write year-month-day", _dates(date))
    clear = _KEPT.sub(lambda kept: "." * len(kept[0]), text)
    found = [(match, why, instead) for words, why, instead in _WORDS if (match := words.search(clear))]
    if found:
        match, why, instead = min(found, key=lambda one: (one[0].start(), -len(one[0][0])))
        raise Unclear(match.start(), len(match[0]), why, instead)


def _dates(found: re.Match[str]) -> tuple[str, ...]:
    if not found[3]:
        return ()
    one, two, three = (int(number) for number in found.groups())
    parts = [(one, two, three)] if one > 31 else [(three, one, two), (three, two, one)]
    full = [(year + (2000 if year < 100 else 0), month, day) for year, month, day in parts]
    return tuple(f"{year:04}-{month:02}-{day:02}" for year, month, day in full if month <= 12 and day <= 31)
