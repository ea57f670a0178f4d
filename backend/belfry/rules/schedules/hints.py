"""The nearest thing that would have been understood."""

import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from itertools import pairwise

from belfry.rules.schedules.fields import Misread
from belfry.rules.schedules.grammar import vocabulary
from belfry.rules.schedules.unclear import Unclear

# A misspelt word costs one, anything else two: a second guess at what was meant is the last one that can be right.
_MOST_REPAIRS = 4
_LONGEST_WORD = 20
_EXAMPLES = (
    "every 5 minutes",
    "daily at 09:00",
    "every monday at 09:00",
    "weekdays at 09:30",
    "on the 1st of the month",
    "every 15 minutes between 09:00 and 17:00",
    "tomorrow at noon",
    "manual",
)

_DAYS = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLACES = re.compile(r"(?<![0-9])(?:[1-9]|[12][0-8]|19)(?:st|nd|rd|th)\b")
_CLOCKS = re.compile(
    r"(?<![0-9:.-])([01]?[0-9]|2[0-3])(?=:[0-5][0-9]|[.][0-5][0-9](?! *[b-oq-z])| *[ap]\.?m\b)(?:[:.]([0-5][0-9]))?"
)
_PAST_THE_HOUR = re.compile(r"(?<![0-9]):([0-5][0-9])")

Reads = Callable[[str], object]


def hint(text: str, misread: Misread, reads: Reads) -> str:
    """`did you mean "every monday at 09:00"?` with whole sentences that `reads` takes; else an example of some."""
    if not isinstance(misread, Unclear):
        return ""
    meant: dict[object, str] = {}
    for one in _repaired(text, misread, reads, _MOST_REPAIRS):
        if _keeps(text, one):
            meant.setdefault(reads(one), one)
    if meant:
        return "did you mean " + " or ".join(f'"{one}"' for one in list(meant.values())[:2]) + "?"
    near = get_close_matches(text.lower()[:64], _EXAMPLES, n=1, cutoff=0.5)
    examples = near or [_EXAMPLES[0], _EXAMPLES[2]]
    return "write for example " + " or ".join(f'"{one}"' for one in examples)


def _repaired(text: str, misread: Unclear, reads: Reads, left: int) -> Iterator[str]:
    left -= 2 if misread.instead else 1
    if left < 0:
        return
    for one in misread.instead or _nearest(text[misread.at : misread.at + misread.length]):
        repaired = " ".join((text[: misread.at] + one + text[misread.at + misread.length :]).split())
        try:
            reads(repaired)
            yield repaired
        except Unclear as again:
            yield from _repaired(repaired, again, reads, left)
        except Misread:
            continue


def _keeps(text: str, offer: str) -> bool:
    """Whether the offer still says every time and day of the text, and nothing over again."""
    past = {f":{minute}" for minute in _PAST_THE_HOUR.findall(offer)}
    lost = {fact for fact in _facts(text) - _facts(offer) if fact[-3:] not in past}
    return not lost and _repeated(offer) <= _repeated(text)


def _facts(text: str) -> set[str]:
    """The weekdays, ordinals and times of a text; times without their half of the day, which an offer may settle."""
    lowered = text.lower()
    days = [] if _DATE.search(lowered) else _DAYS.findall(lowered)
    clocks = [f"{int(hour) % 12}:{minute or '00'}" for hour, minute in _CLOCKS.findall(lowered)]
    return {*days, *_PLACES.findall(lowered), *clocks}


def _repeated(text: str) -> set[tuple[str, str]]:
    pairs = list(pairwise(text.lower().replace("and also", ";").split()))
    return {pair for pair in pairs if pairs.count(pair) > 1}


def _nearest(word: str) -> list[str]:
    if len(word) > _LONGEST_WORD:
        return []
    return get_close_matches(word.lower().strip(".,"), vocabulary(), n=2, cutoff=0.78)
