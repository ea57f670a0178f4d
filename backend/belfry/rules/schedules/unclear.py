"""Refusals of words: where, why, and what would be understood instead."""

from lark import Token

from belfry.rules.schedules.fields import Misread


class Unclear(Misread):
    """Words that cannot be understood, and what would be in their place: texts, the likeliest first."""

    def __init__(self, at: int, length: int, why: str, instead: tuple[str, ...] = ()) -> None:
        self.instead = instead
        super().__init__(at, length, why)


def unclear(tokens: list[Token], why: str, *instead: str) -> Unclear:
    """The refusal of the text from the first to the last of these tokens."""
    return Unclear(*span_of(tokens), why, instead)


def span_of(tokens: list[Token]) -> tuple[int, int]:
    """Where the text of these tokens starts, and how long it is."""
    first = min(token.start_pos or 0 for token in tokens)
    return first, max(token.end_pos or 0 for token in tokens) - first
