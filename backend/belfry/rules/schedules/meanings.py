"""What a schedule means before it is bound to a zone and an anchor."""

from datetime import datetime

import msgspec

from belfry.rules.schedules.moments import Ahead, Moment
from belfry.rules.schedules.recurrences import Recurrence


class Rules(msgspec.Struct, frozen=True):
    """Cron rules on the wall clock, in the order of their texts."""

    rules: tuple[str, ...]


class Rate(msgspec.Struct, frozen=True):
    """`count` units from one fire to the next, counted from the anchor."""

    count: int
    unit: str


class ByHand(msgspec.Struct, frozen=True):
    """Never by itself."""


Meaning = Rules | Rate | Recurrence | ByHand | Moment | Ahead | datetime


class Sentence(msgspec.Struct, frozen=True):
    """A meaning, the moments from which and until which it holds, and the one from which a stride counts."""

    meaning: Meaning
    starting: Moment | None = None
    until: Moment | None = None
    counted: Moment | None = None
