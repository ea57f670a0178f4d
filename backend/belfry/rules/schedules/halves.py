"""Mornings, evenings and nights, which are no times: what was meant, with the time that stands beside them."""

import re

from belfry.rules.schedules.names import number

_PART = r"(?P<part>morning|afternoon|evening|night)s?"
_HOUR = "[0-9]{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_CLOCK = rf"(?:(?:{_HOUR})(?![a-z])(?:[:.][0-9]{{2}})?(?![0-9:.-])(?: *[ap]\.?m\b\.?)?|noon\b|midnight\b)"
_CLOCKS = rf"(?P<clocks>{_CLOCK}(?: *(?:,|and|or|&)+ *(?:at +)?{_CLOCK})*)"
_GAP = r"(?P<gap>(?: +(?!(?:and|or|at|every|each)(?![a-z]))[0-9a-z]+){1,6}?)"
_DAY = r"(?:(?:on|every|each|this|tomorrow|today|(?:mon|tues|wednes|thurs|fri|satur|sun|week)days?) +)+"
BEFORE_A_TIME = (
    rf"(?:(?P<today>this +{_PART}|tonight)|{_PART.replace('part', 'other')}),?(?: +(?:at +)?|{_GAP} +at +){_CLOCKS}"
)
TWO_PARTS = (
    rf"{_PART},? +(?:at +)?{_CLOCKS},? +and +(?:(?:every|each) +)?"
    rf"{_PART.replace('part', 'other')},? +(?:at +)?{_CLOCKS.replace('clocks', 'more')}"
)
AFTER_A_TIME = rf"{_CLOCKS} +(?:at +night|(?P<day>{_DAY}){_PART})"
ALONE = rf"(?P<today>this +{_PART}|tonight)|{_PART.replace('part', 'other')}"

_USUAL = {"morning": "08:00", "afternoon": "15:00", "evening": "20:00", "tonight": "20:00", "night": "22:00"}
_TIMED = re.compile(r"(?<![a-z])at(?![a-z])|[0-9][:.][0-9]|[0-9] *[ap]\.?m|noon|midnight")
_PACED = re.compile(r"(?:second|minute|hour|min|sec)s?(?![a-z])|hourly|times?(?![a-z])")
_WRITTEN = re.compile(_CLOCK.replace(f"(?:{_HOUR})", f"(?P<hour>{_HOUR})", 1))


def before_a_time(found: re.Match[str]) -> tuple[str, ...]:
    """`evening at 8` as `at 8 pm`, after the day that it is said of; `tonight at 2` is tomorrow."""
    clocks = _timed(found["clocks"], _part(found))
    if found["today"] == "tonight" and re.search(r"a\.?m|midnight", clocks):
        return (f"tomorrow at {clocks}",)
    return (f"{_day(found)}{found['gap'] or ''} at {clocks}".strip(),)


def two_parts(found: re.Match[str]) -> tuple[str, ...]:
    """`morning at 9 and every evening at 8` as `day at 9 am and 8 pm`."""
    both = f"{_timed(found['clocks'], found['part'])} and {_timed(found['more'], found['other'])}"
    return (f"{_day(found)}at {both}",)


def after_a_time(found: re.Match[str]) -> tuple[str, ...]:
    """`8 every evening` as `8 pm every day`, `3 at night` as `3 am`."""
    if not found["day"]:
        return (_timed(found["clocks"], "night"),)
    day = re.sub(r"(every|each) +$", "every day", re.sub(r"this +$", "today", found["day"])).strip()
    return (f"{_timed(found['clocks'], found['part'])} {day}",)


def alone(found: re.Match[str]) -> tuple[str, ...]:
    """The day at a usual time of that part; only the day when a time is said elsewhere, nothing beside a pace."""
    rest = found.string[: found.start()] + found.string[found.end() :]
    if _PACED.search(rest):
        return ()
    return (_day(found) + ("" if _TIMED.search(rest) else f"at {_USUAL[_part(found)]}"),)


def _part(found: re.Match[str]) -> str:
    return found["part"] or found["other"] or "tonight"


def _day(found: re.Match[str]) -> str:
    if found.groupdict().get("today"):
        return "today "
    before = found.string[: found.start()].split()
    if before and before[-1] in ("every", "each", "other"):
        return "day "
    return "" if before else "every day "


def _timed(clocks: str, part: str) -> str:
    return _WRITTEN.sub(lambda clock: _in_its_half(clock, part), clocks)


def _in_its_half(clock: re.Match[str], part: str) -> str:
    text = clock[0]
    if clock["hour"] is None or re.search(r"[ap]\.?m", text):
        return text
    hour = number(clock["hour"])
    if not 1 <= hour <= 12:
        return text if len(text) > 2 else f"{hour:02}:00"
    after_noon = 6 <= hour < 12 if part.endswith("night") else part != "morning" and (hour < 12 or part == "afternoon")
    return f"{text.lstrip('0')} {'pm' if after_noon else 'am'}"
