"""What the words of the grammar stand for: numbers, places, units, weekdays and months."""

import re

from lark import Token, Tree

from belfry.rules.schedules.fields import MONTHS, WEEKDAYS

UNITS = {
    "SECOND": (1, "second"),
    "SECONDS": (1, "second"),
    "MINUTES": (1, "minute"),
    "QUARTER_HOURS": (15, "minute"),
    "HALF_HOURS": (30, "minute"),
    "HOURS": (1, "hour"),
    "DAYS": (1, "day"),
    "WEEKS": (1, "week"),
    "FORTNIGHTS": (2, "week"),
    "MONTHS": (1, "month"),
    "QUARTERS": (3, "month"),
    "YEARS": (1, "year"),
}
PLACES = ("ORDINAL", "SECOND", "LAST", "FROM_END")
ADVERBS = {
    "secondly": (1, "second"),
    "minutely": (1, "minute"),
    "half-hourly": (30, "minute"),
    "hourly": (1, "hour"),
    "daily": (1, "day"),
    "nightly": (1, "day"),
    "weekly": (1, "week"),
    "fortnightly": (2, "week"),
    "monthly": (1, "month"),
    "quarterly": (3, "month"),
    "yearly": (1, "year"),
    "annually": (1, "year"),
}
_TO_TWENTY = (
    ("one", "first"),
    ("two", "second"),
    ("three", "third"),
    ("four", "fourth"),
    ("five", "fifth"),
    ("six", "sixth"),
    ("seven", "seventh"),
    ("eight", "eighth"),
    ("nine", "ninth"),
    ("ten", "tenth"),
    ("eleven", "eleventh"),
    ("twelve", "twelfth"),
    ("thirteen", "thirteenth"),
    ("fourteen", "fourteenth"),
    ("fifteen", "fifteenth"),
    ("sixteen", "sixteenth"),
    ("seventeen", "seventeenth"),
    ("eighteen", "eighteenth"),
    ("nineteen", "nineteenth"),
    ("twenty", "twentieth"),
)
_TENS = ("thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_NUMBERS = {name: n for n, (name, _) in enumerate(_TO_TWENTY, 1)} | {name: 10 * n for n, name in enumerate(_TENS, 3)}
_NTHS = {name: n for n, (_, name) in enumerate(_TO_TWENTY, 1)} | {"thirtieth": 30, "penultimate": 2}


def tokens_of(tree: Tree[Token] | Token) -> list[Token]:
    """The tokens of a tree in order, or the one token."""
    if isinstance(tree, Token):
        return [tree]
    return list(tree.scan_values(lambda value: isinstance(value, Token)))


def pick(tokens: list[Token], *kinds: str) -> list[Token]:
    """Those of the given kinds."""
    return [token for token in tokens if token.type in kinds]


def unit_of(tokens: list[Token]) -> tuple[int, str]:
    """How many of which unit the last unit among them stands for."""
    return UNITS[pick(tokens, *UNITS)[-1].type]


def count_of(tokens: list[Token]) -> int:
    """The first number among them, 1 without any."""
    numbers = pick(tokens, "NUMBER", "YEAR")
    return number(numbers[0]) if numbers else 1


def number(text: str) -> int:
    """The number written in digits or words, at most 12 digits of it."""
    parts = re.split("[- ]+", text.rstrip("."))
    return int(text[:12]) if text[0].isdigit() else sum(_NUMBERS[part] for part in parts)


def nth_of(token: Token) -> int:
    """The place that an ordinal names, below 0 from the end."""
    words = re.split("[- ]+", token.rstrip("."))
    if token.type == "LAST":
        return -1
    if token.type == "FROM_END":
        return -_place(words[0])
    return _place(words[-1]) + sum(_NUMBERS[word] for word in words[:-1])


def _place(word: str) -> int:
    return int(word.rstrip("stndrh")[:12]) if word[0].isdigit() else _NTHS[word]


def weekday(token: Token) -> int:
    """The number of a weekday; Sunday is 0."""
    return next(n for n, name in enumerate(WEEKDAYS) if name.startswith(token[:3]))


def month(token: Token) -> int:
    """The number of a month from 1."""
    return next(n for n, name in enumerate(MONTHS, 1) if name.startswith(token[:3]))
