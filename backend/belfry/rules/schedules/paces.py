"""Paces: so many units from one fire to the next, and which of them the wall clock can keep."""

from belfry.rules.schedules.meanings import Meaning, Rate, Rules
from belfry.rules.schedules.recurrences import Recurrence
from belfry.rules.schedules.unclear import Unclear

LONGEST_SECONDS = 100 * 366 * 86_400
LARGER = {"second": (60, "minute"), "minute": (60, "hour"), "hour": (24, "day"), "month": (12, "year")}
_SECONDS = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86_400,
    "week": 7 * 86_400,
    "month": 30 * 86_400,
    "year": 366 * 86_400,
}
_WHOLE = {
    "second": "*/{n} * * * * *",
    "minute": "*/{n} * * * *",
    "hour": "0 */{n} * * *",
    "day": "0 0 * * *",
    "week": "0 0 * * 0",
    "month": "0 0 1 */{n} *",
    "year": "0 0 1 1 *",
}


def settled(count: int, unit: str) -> tuple[int, str]:
    """The same pace in the larger unit when it is one of those: 60 minutes are an hour."""
    while unit in LARGER and count == LARGER[unit][0]:
        count, unit = 1, LARGER[unit][1]
    return count, unit


def rate(count: int, unit: str, at: int, length: int) -> Meaning:
    """`count` units: on the wall clock when they divide the next larger unit, else counted; raises Misread."""
    if not 0 < count * _SECONDS[unit] <= LONGEST_SECONDS:
        why = f"every {count} {unit}s is out of range, from 1 second to 100 years"
        raise Unclear(at, length, why, (f"every {unit}",))
    count, unit = settled(count, unit)
    if LARGER.get(unit, (1,))[0] % count == 0:
        return Rules((_WHOLE[unit].format(n=count).replace("*/1 ", "* "),))
    if unit in ("month", "year"):
        return Recurrence(f"FREQ={unit.upper()}LY;INTERVAL={count}")
    return Rate(count, unit)
