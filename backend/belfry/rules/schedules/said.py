"""What one sentence says: its paces, days, months, times, window and dates."""

import msgspec
from lark import Token

from belfry.rules.schedules.clocks import Clock
from belfry.rules.schedules.moments import Ahead, Moment
from belfry.rules.schedules.unclear import span_of, unclear


class Stride(msgspec.Struct, frozen=True):
    """`count` units from one fire to the next; `inside` when it only says within what another one counts."""

    count: int
    unit: str
    tokens: list[Token]
    inside: bool = False


class Window(msgspec.Struct, frozen=True):
    """From `start` to `end` each day, over midnight when the end is not later."""

    start: Clock
    end: Clock
    inclusive: bool
    anytime: bool
    tokens: list[Token]


class Said(msgspec.Struct):
    """All that the clauses of one part say; `tokens` holds those of each kind of clause."""

    strides: list[Stride] = []
    times: list[Clock] = []
    fields: dict[str, list[str]] = {}
    dates: list[str] = []
    weekdays: list[str] = []
    both: str = ""
    months: list[str] = []
    year: int = 0
    per_day: int | None = None
    window: Window | None = None
    once: Moment | Ahead | None = None
    starting: Moment | None = None
    until: Moment | None = None
    counted: Moment | None = None
    by_hand: bool = False
    tokens: dict[str, list[Token]] = {}
    text: str = ""

    def quote(self, *kinds: str) -> str:
        """The clauses of these kinds as they were written."""
        at, length = span_of([token for kind in kinds for token in self.tokens.get(kind, [])])
        return self.text[at : at + length]

    def refuse(self, kind: str, why: str, *instead: str) -> Exception:
        """The refusal of the clause of that kind."""
        return unclear(self.tokens[kind], why, *instead)
