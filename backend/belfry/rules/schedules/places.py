"""The time zone that a schedule's own text names: at its end, or before a cron rule as `CRON_TZ=`."""

import re
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import available_timezones

import msgspec

from belfry.rules.schedules.unclear import Unclear

_FIRST = re.compile(r"[ \t]*(?:CRON_TZ|TZ)=([A-Za-z0-9_+/-]+)(?=[ \t])", re.IGNORECASE)
_LAST = re.compile(
    r"(?<=\S)[ \t,]+(?:in[ \t]+)?([A-Za-z][A-Za-z_]+(?:/[A-Za-z0-9_+-]+){1,2}|[A-Za-z]{2,9})[ \t]*$", re.IGNORECASE
)
_CLEAR = ("UTC", "GMT", "Zulu")
# A time zone's abbreviation says neither which country's clock changes it follows nor, often, which continent it is on.
_SHORT = {
    "est": "America/New_York",
    "edt": "America/New_York",
    "cst": "America/Chicago",
    "cdt": "America/Chicago",
    "mst": "America/Denver",
    "mdt": "America/Denver",
    "pst": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
    "hst": "Pacific/Honolulu",
    "akst": "America/Anchorage",
    "cet": "Europe/Berlin",
    "cest": "Europe/Berlin",
    "mez": "Europe/Berlin",
    "wet": "Europe/Lisbon",
    "west": "Europe/Lisbon",
    "eet": "Europe/Helsinki",
    "eest": "Europe/Helsinki",
    "bst": "Europe/London",
    "ist": "Asia/Kolkata",
    "msk": "Europe/Moscow",
    "met": "Europe/Berlin",
    "jst": "Asia/Tokyo",
    "kst": "Asia/Seoul",
    "aest": "Australia/Sydney",
    "aedt": "Australia/Sydney",
    "nzst": "Pacific/Auckland",
}


class Place(msgspec.Struct, frozen=True):
    """A text, and the zone its author named; empty when none."""

    text: str
    zone: str = ""


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones() if "/" in name or name in _CLEAR}


def place(text: str) -> Place:
    """The text with its zone taken out; raises Unclear for one that is unknown or an ambiguous abbreviation.

    What stands before the zone keeps its position.
    """
    if first := _FIRST.match(text):
        return Place(" " * first.end() + text[first.end() :], _zone(first[1], first.start(1)))
    last = _LAST.search(text)
    if last is None or not _looks_like_a_zone(last[1]):
        return Place(text)
    return Place(text[: last.start()], _zone(last[1], last.start(1)))


def _looks_like_a_zone(word: str) -> bool:
    known = word.lower() in _zones() or word.lower() in _SHORT
    return known or ("/" in word and all(len(part) > 2 for part in word.split("/")))


def _zone(name: str, at: int) -> str:
    key = name.lower()
    if key in _zones():
        return _zones()[key]
    if key in _SHORT:
        why = f"{name} is not the name of one zone, it can mean several and says nothing of clock changes"
        raise Unclear(at, len(name), why, (_SHORT[key],))
    near = get_close_matches(key, _zones(), n=1, cutoff=0.6)
    raise Unclear(at, len(name), f"{name} is no IANA time zone", tuple(_zones()[one] for one in near))
