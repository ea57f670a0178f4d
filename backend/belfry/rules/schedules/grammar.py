"""The sentence as the tree that `words.lark` describes, or where it stops being one."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from belfry.rules.schedules.unclear import Unclear, unclear
from belfry.rules.schedules.vague import refuse_what_is_vague

_SOURCE = Path(__file__).parent / "words.lark"
_NAMED = re.compile(r"^([A-Z][A-Z_]*)(?:\.[0-9])?: .* // (.+)$", re.MULTILINE)
_MOST_NAMED = 6


_ORDINALS = ("ORDINAL", "SECOND", "LAST", "FROM_END")
_DAYS = ("WEEKDAY", "WORKDAY", "WEEKEND", "DAYS")


class Joints:
    """Leaves out what only joins: commas, "and", "the".

    The "and" of "between … and …" stays, as "to"; that of "the 1st and mondays", which is no first Monday, as "on".
    """

    always_accept = ("_AND", "_THE")

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        """The tokens that carry meaning; raises Unclear for a comma or "and" that joins nothing."""
        before: Token | None = None
        joint: Token | None = None
        open_window = again = False
        for token in stream:
            if token.type == "_AND" and open_window and token != ",":
                token, open_window = Token.new_borrow_pos("TO", str(token), token), False
            if token.type == "_AND":
                _refuse_a_loose_end(before, joint, token)
                joint = token
            elif token.type == "_THE":
                again = joint is not None
            else:
                if joint and before and _is_another_day(before, token, again):
                    yield Token.new_borrow_pos("ON", str(joint), joint)
                open_window = token.type == "BETWEEN" or (open_window and token.type != "TO")
                yield token
                before, joint, again = token, None, False
        if joint is not None:
            raise unclear([joint], f'nothing follows "{joint}"', "")


def _is_another_day(before: Token, token: Token, again: bool) -> bool:
    return before.type in _ORDINALS and ((again and before[0].isdigit()) or token.type in _DAYS)


def _refuse_a_loose_end(before: Token | None, joint: Token | None, token: Token) -> None:
    if before is None:
        raise unclear([token], f'nothing comes before "{token}"', "")
    if joint is not None and not (joint == "," and token == "and"):
        raise unclear([token], f'nothing stands between "{joint}" and "{token}"', "")


class Parser(Protocol):
    """What reads a sentence."""

    def parse(self, text: str) -> Tree[Token]:
        """The tree of `text`; raises UnexpectedInput."""
        ...


@lru_cache(maxsize=1)
def _source() -> str:
    return _SOURCE.read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _grammar() -> Parser:
    return Lark(_source(), parser="lalr", lexer="basic", postlex=Joints())


@lru_cache(maxsize=1)
def vocabulary() -> frozenset[str]:
    """Every plain word that the grammar knows, of three letters or more."""
    return frozenset(re.findall(r'"([a-z]{3,})"', _source()))


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    return dict(_NAMED.findall(_source()))


def tree_of(text: str) -> Tree[Token]:
    """The tree of a sentence in lower case; raises Unclear where it cannot go on."""
    refuse_what_is_vague(text)
    try:
        return _grammar().parse(text)
    except UnexpectedToken as unexpected:
        raise _stopped(unexpected, text) from unexpected
    except UnexpectedCharacters as unexpected:
        at: int = unexpected.pos_in_stream
        word = re.match(r"[a-z'/]+|[0-9][^\s,]*|.", text[at:])
        raise Unclear(at, len(word[0]) if word else 0, "this is not understood") from unexpected
    except UnexpectedInput as unexpected:
        raise Unclear(0, len(text), "this is not understood") from unexpected


def _stopped(unexpected: UnexpectedToken, text: str) -> Unclear:
    token: Token = unexpected.token
    names = sorted({_names().get(name, "") for name in unexpected.accepts or unexpected.expected} - {""})
    known = [name for name in names if not name.startswith('"')] or names
    follows = f"; {_listed(known[:_MOST_NAMED])} could follow" if known else ""
    if token.type == "$END":
        return Unclear(len(text.rstrip()), 0, f"the sentence stops too early{follows}")
    at = token.start_pos or 0
    if either := re.search(r"\bor +$", text[:at]):
        return Unclear(either.start(), 2, '"or" leaves open which', ("and", "and also"))
    return Unclear(at, len(token), f'"{token}" does not belong here{follows}')


def _listed(names: list[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
