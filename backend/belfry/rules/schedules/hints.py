"""The nearest thing that would have been understood."""

from collections.abc import Callable, Iterator
from difflib import get_close_matches

from belfry.rules.schedules.fields import Misread
from belfry.rules.schedules.grammar import vocabulary
from belfry.rules.schedules.unclear import Unclear

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

Reads = Callable[[str], object]


def hint(text: str, misread: Misread, reads: Reads) -> str:
    """`did you mean "every monday at 09:00"?` with whole sentences that `reads` takes; else an example of some."""
    if not isinstance(misread, Unclear):
        return ""
    meant: dict[object, str] = {}
    for one in _repaired(text, misread, reads, _MOST_REPAIRS):
        meant.setdefault(reads(one), one)
    if meant:
        return "did you mean " + " or ".join(f'"{one}"' for one in list(meant.values())[:2]) + "?"
    near = get_close_matches(text.lower()[:64], _EXAMPLES, n=1, cutoff=0.5)
    examples = near or [_EXAMPLES[0], _EXAMPLES[2]]
    return "write for example " + " or ".join(f'"{one}"' for one in examples)


def _repaired(text: str, misread: Unclear, reads: Reads, left: int) -> Iterator[str]:
    if not left:
        return
    for one in misread.instead or _nearest(text[misread.at : misread.at + misread.length]):
        repaired = " ".join((text[: misread.at] + one + text[misread.at + misread.length :]).split())
        try:
            reads(repaired)
            yield repaired
        except Unclear as again:
            yield from _repaired(repaired, again, reads, left - 1)
        except Misread:
            continue


def _nearest(word: str) -> list[str]:
    if len(word) > _LONGEST_WORD:
        return []
    return get_close_matches(word.lower().strip(".,"), vocabulary(), n=2, cutoff=0.7)
