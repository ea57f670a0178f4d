"""The text of an .ics, folded lines and all, as the properties of its events (RFC 5545, 3.1 and 3.6.1)."""

import re
from collections.abc import Iterator

import msgspec

from belfry.rules.calendars.recurring import Unreadable

_PARAMETER = r';([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)'
_LINE = re.compile(rf"([A-Za-z0-9-]+)((?:{_PARAMETER})*):(.*)", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)")


class Property(msgspec.Struct, frozen=True):
    """One line: its parameters by name in upper case, and its value as it is written."""

    parameters: dict[str, str]
    value: str


Properties = dict[str, list[Property]]


def events(text: str) -> Iterator[Properties]:
    """The properties of each VEVENT by name in upper case; raises Unreadable with the number of the line."""
    inside: list[str] = []
    found: Properties = {}
    for number, line in _lines(text):
        name, listed = _property(number, line)
        if name == "BEGIN":
            inside.append(listed.value.upper())
            found = {} if inside[-1] == "VEVENT" else found
        elif not inside or inside[0] != "VCALENDAR":
            raise Unreadable(f"line {number}: an iCalendar file begins with BEGIN:VCALENDAR")
        elif name == "END":
            _leave(inside, listed.value.upper(), number)
            if listed.value.upper() == "VEVENT":
                yield found
        elif inside[-1] == "VEVENT":
            found.setdefault(name, []).append(listed)
    if inside:
        raise Unreadable(f"END:{inside[-1][:40]} is missing: the text is cut off")


def plain(value: str) -> str:
    """A TEXT value without its escapes, on one line."""
    unescaped = _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], value)
    return " ".join(unescaped.split())


def _leave(inside: list[str], what: str, number: int) -> None:
    if inside.pop() != what:
        raise Unreadable(f"line {number}: END:{what[:40]} has no BEGIN to match")


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The unfolded lines that are not empty, each with the number of its first physical line."""
    whole: list[str] = []
    started = 0
    for number, line in enumerate(text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n"), 1):
        if line.startswith((" ", "\t")) and whole:
            whole.append(line[1:])
            continue
        if whole:
            yield started, "".join(whole)
        started, whole = number, [line] if line.strip() else []
    if whole:
        yield started, "".join(whole)


def _property(number: int, line: str) -> tuple[str, Property]:
    read = _LINE.fullmatch(line)
    if not read:
        raise Unreadable(f"line {number}: {line[:40]!r} is no NAME:value")
    given = {name.upper(): value.strip('"') for name, value in re.findall(_PARAMETER, read[2])}
    return read[1].upper(), Property(given, read[5].strip())
