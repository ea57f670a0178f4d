"""Words to rules, by the grammar in `words.lark`."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import msgspec
from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput

from belfry.rules.schedules.fields import WEEKDAYS, Misread

_LARGER = {"second": 60, "minute": 60, "hour": 24, "day": 1}
_WHOLE = {"second": "*/{n} * * * * *", "minute": "*/{n} * * * *", "hour": "0 */{n} * * *", "day": "0 0 * * *"}
_UNITS = {"sec": "second", "min": "minute", "hr": "hour"}
LONGEST_SECONDS = 100 * 366 * 86_400


class Rules(msgspec.Struct, frozen=True):
    """Cron rules on the wall clock."""

    rules: tuple[str, ...]


class Rate(msgspec.Struct, frozen=True):
    """`count` units from one fire to the next, counted from the anchor."""

    count: int
    unit: str


class ByHand(msgspec.Struct, frozen=True):
    """Never by itself."""


class Parser(Protocol):
    """What reads a sentence."""

    def parse(self, text: str) -> Tree[Token]:
        """The tree of `text`; raises UnexpectedInput."""
        ...


Meaning = Rules | Rate | ByHand


@lru_cache(maxsize=1)
def _grammar() -> Parser:
    return Lark((Path(__file__).parent / "words.lark").read_text(), parser="lalr")


def read_words(text: str) -> Meaning:
    """What the sentence means; raises Misread."""
    lowered = text.lower()
    try:
        tree = _grammar().parse(lowered)
    except UnexpectedInput as unexpected:
        at = unexpected.pos_in_stream if unexpected.pos_in_stream is not None else len(text)
        at = len(text) if at < 0 else at
        word = re.match(r"\S*", lowered[at:])
        raise Misread(at, len(word[0]) if word else 0, "this is not understood") from unexpected
    return _MEANINGS[tree.data](_parts(tree))


def _parts(tree: Tree[Token]) -> dict[str, Token]:
    tokens = tree.scan_values(lambda value: isinstance(value, Token))
    return {token.type: token for token in tokens}


def _manual(parts: dict[str, Token]) -> Meaning:
    return ByHand()


def _rate(parts: dict[str, Token]) -> Meaning:
    unit = parts["UNIT"].rstrip("s")
    count = parts.get("INT", Token("INT", "1"))
    return rate(count, _UNITS.get(unit, unit), count.start_pos or 0)


def rate(count: str, unit: str, at: int) -> Rules | Rate:
    """`count` units: on the wall clock when they divide the next larger unit, else counted; raises Misread."""
    number = int(count[:12])
    seconds = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}[unit]
    if not 0 < number * seconds <= LONGEST_SECONDS:
        raise Misread(at, len(count), f"every {count[:12]} {unit}s is out of range, from 1 second to 100 years")
    if _LARGER[unit] % number:
        return Rate(number, unit)
    whole = _WHOLE[unit].format(n=number).replace("*/1 ", "* ")
    return Rules((whole.replace("*/60", "0").replace("*/24", "0"),))


def _daily(parts: dict[str, Token]) -> Meaning:
    return Rules((f"{_time(parts)} * * *",))


def _weekly(parts: dict[str, Token]) -> Meaning:
    day = WEEKDAYS.index(parts["WEEKDAY"].rstrip("s")) if "WEEKDAY" in parts else 0
    return Rules((f"{_time(parts)} * * {day}",))


def _hourly(parts: dict[str, Token]) -> Meaning:
    return Rules(("0 * * * *",))


def _time(parts: dict[str, Token]) -> str:
    """Minute and hour as cron has them, with seconds first when there are any; midnight when no time is said."""
    if "NAMED" in parts:
        return "0 0" if parts["NAMED"] == "midnight" else "0 12"
    clock = parts.get("CLOCK", Token("CLOCK", "0:00"))
    numbers = [int(number) for number in re.findall("[0-9]+", clock)]
    hour, minute, second = [*numbers, 0, 0][:3]
    half = re.search("[ap]", clock)
    most, least = (12, 1) if half else (23, 0)
    if not (least <= hour <= most and minute <= 59 and second <= 59):
        raise Misread(clock.start_pos or 0, len(clock), f"{clock} is no time of day")
    hour = hour % 12 + (12 if half[0] == "p" else 0) if half else hour
    return f"{second} {minute} {hour}" if second else f"{minute} {hour}"


_MEANINGS = {"manual": _manual, "rate": _rate, "daily": _daily, "weekly": _weekly, "hourly": _hourly}
