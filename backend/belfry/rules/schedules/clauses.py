"""The clauses of the grammar, each as what it says."""

import re
from collections.abc import Callable

from lark import Token, Tree

from belfry.rules.schedules.clocks import clocks_of
from belfry.rules.schedules.moments import Ahead, moment_of
from belfry.rules.schedules.names import (
    ADVERBS,
    PLACES,
    UNITS,
    count_of,
    month,
    nth_of,
    number,
    pick,
    tokens_of,
    unit_of,
    weekday,
)
from belfry.rules.schedules.said import Said, Stride, Window
from belfry.rules.schedules.unclear import unclear

_PAST_HOUR = {"half": "30", "quarter": "15"}
Clause = Tree[Token]


def said_by(part: Clause, text: str) -> Said:
    """What the clauses of a part say together; raises Unclear for one that is said twice."""
    said = Said(text=text)
    before = ""
    for clause in (child for child in part.children if isinstance(child, Tree)):
        kind, tokens = str(clause.data), tokens_of(clause)
        days = (said.dates, said.weekdays)
        _CLAUSES[kind](said, clause, tokens)
        if kind == "days" and days == (said.dates, said.weekdays):
            kind = "stride"
        if kind in said.tokens and kind not in _REPEATED and (kind != before or kind not in ("days", "times")):
            raise unclear(tokens, f'"{" ".join(tokens)}" says again what is said before; join two rules by "and also"')
        said.tokens.setdefault(kind, []).extend(tokens)
        before = kind
    return said


_REPEATED = ("stride", "field", "bound", "months", "date")


def _trees(clause: Clause, *names: str) -> list[Clause]:
    return [child for child in clause.children if isinstance(child, Tree) and child.data in names]


def _manual(said: Said, clause: Clause, tokens: list[Token]) -> None:
    said.by_hand = True


def _adverb(said: Said, clause: Clause, tokens: list[Token]) -> None:
    said.strides = [*said.strides, Stride(*ADVERBS[tokens[0].rstrip(".")], tokens)]


def _stride(said: Said, clause: Clause, tokens: list[Token]) -> None:
    if marks := pick(tokens, "HOURMARK"):
        size, unit = int(marks[0][:-1]), "hour"
    else:
        size, unit = unit_of(tokens)
        size *= 2 if pick(tokens, "OTHER") else count_of(tokens)
    said.strides = [*said.strides, Stride(size, unit, tokens, bool(pick(tokens, "OF", "PAST")))]


def _per(said: Said, clause: Clause, tokens: list[Token]) -> None:
    words = {"once": 1, "twice": 2, "thrice": 3}
    named = pick(tokens, "TIMES")
    count = words[named[0].rstrip(".")] if named else count_of(tokens)
    adverb = pick(tokens, "ADVERB")
    size, unit = ADVERBS[adverb[0].rstrip(".")] if adverb else unit_of(tokens)
    said.per_day = count
    said.strides = [*said.strides, Stride(size, unit, tokens)]


def _times(said: Said, clause: Clause, tokens: list[Token]) -> None:
    said.times = said.times + clocks_of(
        [child for child in clause.children if not isinstance(child, Token) or child.type == "NUMBER"]
    )


def _field(said: Said, clause: Clause, tokens: list[Token]) -> None:
    counted = pick(tokens_of(_trees(clause, "counted")[0]), *UNITS) if _trees(clause, "counted") else []
    unit = UNITS[counted[0].type][1] if counted else "minute"
    values = [_range(value) for value in _trees(clause, "value")]
    values += [token.lstrip(":") for token in pick(tokens, "COLON")]
    values += [_PAST_HOUR.get(token, "0") for token in pick(tokens, "PAST_HOUR")]
    if not values:
        said.tokens["past"] = tokens
        values = [str(count_of(tokens))]
    if unit in said.fields:
        raise unclear(tokens, f"the {unit} is said twice")
    said.fields = {**said.fields, unit: values}
    said.tokens[unit] = tokens


def _range(value: Clause) -> str:
    return "-".join(str(number(token)) for token in pick(tokens_of(value), "NUMBER"))


def _days(said: Said, clause: Clause, tokens: list[Token]) -> None:
    every = pick(tokens, "EVERY")
    places: list[list[Token]] = []
    for day in _trees(clause, "day", "unit"):
        found = tokens_of(day)
        if _trees(day, "nth"):
            places.append(pick(found, *PLACES))
        else:
            _kind_of_day(said, found, places, every)
            places = []
    _bare_places(said, places, every)
    if lead := pick(tokens, "OR", "THAT_IS"):
        said.both = lead[0].type
    if pick(tokens, "OTHER"):
        _every_other(said, tokens)


def _kind_of_day(said: Said, found: list[Token], places: list[list[Token]], every: list[Token]) -> None:
    """Weekdays or a unit, with the places that stand before them: the first and third monday, the last day."""
    if not places and pick(found, "NEAREST"):
        said.dates = [*said.dates, f"{_date(found[-1])}W"]
    elif not places and found[0].type in ("WEEKDAY", "WORKDAY", "WEEKEND"):
        said.weekdays = [*said.weekdays, *_weekdays(found)]
    elif len(found) > 1 or found[0].type == "WEEKEND" or any(len(place) > 1 for place in places):
        before = [token for place in places for token in place]
        raise unclear([*before, *found], "a place goes with one weekday, such as first monday", "first monday")
    for (place,) in places:
        one = [token for token in every if len(places) == 1]
        (_nth_unit if found[0].type in UNITS else _nth_weekday)(said, [place, *found], one)


def _bare_places(said: Said, places: list[list[Token]], every: list[Token]) -> None:
    if every and len(places) == 1 and places[0][0].type == "SECOND":
        said.strides = [*said.strides, Stride(1, "second", [*every, *places[0]])]
        return
    if every and len(places) > 1 and all(place[0].type == "SECOND" for place in places):
        raise unclear([*every, *places[-1]], "every second one of which seconds?", "every 2 seconds")
    for place in places:
        if place[0].type in ("LAST", "FROM_END"):
            raise unclear(place, f"{place[0]} what?", f"{place[0]} day", f"{place[0]} weekday")
        said.dates = [*said.dates, "-".join(_date(token) for token in place)]


def _every_other(said: Said, tokens: list[Token]) -> None:
    if said.dates or any("#" in day for day in said.weekdays) or pick(tokens, "WORKDAY"):
        raise unclear(tokens, "every other goes with a unit or a weekday", "every other day")
    said.strides = [*said.strides, Stride(2, "week", tokens)]


def _nth_unit(said: Said, tokens: list[Token], every: list[Token]) -> None:
    """`second day` after every is a stride; `last day`, `2nd day` is a day of the month."""
    place, (size, unit) = nth_of(tokens[0]), unit_of(tokens[-1:])
    if not every and tokens[0].type == "SECOND" and unit != "day":
        raise unclear(tokens, f'"{tokens[0]} {tokens[1]}" is no day', f"every 2 {unit}s")
    if every and place > 0:
        said.strides = [*said.strides, Stride(place * size, unit, [*every, *tokens])]
    elif (size, unit) != (1, "day"):
        raise unclear(tokens, f'"{" ".join(tokens)}" is no day', f"{tokens[0]} day")
    elif place > 31:
        raise _no_such_day(tokens)
    else:
        said.dates = [*said.dates, str(place) if place > 0 else "L" if place == -1 else f"L-{-1 - place}"]


def _nth_weekday(said: Said, tokens: list[Token], every: list[Token]) -> None:
    place, kind = nth_of(tokens[0]), tokens[-1]
    if every and place > 1 and not re.search(r"\bof (the|each|every|a) month", said.text):
        why = f'"every {" ".join(tokens)}" could be one a month or one every {place} weeks'
        raise unclear([every[0], *tokens], why, f"on the {' '.join(tokens)}", f"every {place} weeks on {kind}")
    most = 23 if kind.type == "WORKDAY" else 5
    if abs(place) > most:
        raise unclear(tokens, f"no month has {abs(place)} of those", f"last {kind}")
    if kind.type == "WORKDAY":
        said.dates = [*said.dates, f"W#{place}"]
    else:
        said.weekdays = [*said.weekdays, f"{weekday(kind)}#{place}"]


def _date(token: Token) -> str:
    if not 1 <= nth_of(token) <= 31:
        raise _no_such_day([token])
    return str(nth_of(token))


def _no_such_day(tokens: list[Token]) -> Exception:
    return unclear(tokens, "no month has such a day; they end with the 31st", "last day", "31st")


def _weekdays(tokens: list[Token]) -> list[str]:
    fixed = {"WORKDAY": ["1-5"], "WEEKEND": ["6", "0"]}
    if tokens[0].type in fixed:
        return fixed[tokens[0].type]
    first, last = (weekday(token) for token in (tokens[0], tokens[-1]))
    return [str(day % 7) for day in range(first, last + 1 + (7 if last < first else 0))]


def _months(said: Said, clause: Clause, tokens: list[Token]) -> None:
    for tree in _trees(clause, "month"):
        first, last = (month(token) for token in (tokens_of(tree)[0], tokens_of(tree)[-1]))
        said.months = [
            *said.months,
            *(str((n - 1) % 12 + 1) for n in range(first, last + 1 + (12 if last < first else 0))),
        ]
    if pick(tokens, "EVERY"):
        said.strides = [*said.strides, Stride(1, "year", tokens, inside=True)]


def _month_and_day(said: Said, clause: Clause, tokens: list[Token]) -> None:
    day = number(pick(tokens, "NUMBER")[0])
    if not 1 <= day <= 31:
        raise _no_such_day(tokens)
    said.dates = [*said.dates, str(day)]
    said.months = [*said.months, str(month(pick(tokens, "MONTH")[0]))]


def _year(said: Said, clause: Clause, tokens: list[Token]) -> None:
    said.year = int(pick(tokens, "YEAR")[0])


def _window(said: Said, clause: Clause, tokens: list[Token]) -> None:
    hours = [
        child
        for tree in _trees(clause, "hour", "clock")
        for child in (tree.children if tree.data == "hour" else [tree])
    ]
    start, end = clocks_of(hours, window=True)
    edges = pick(tokens, "INCLUSIVE", "EXCLUSIVE")
    inclusive = not edges or edges[0].type == "INCLUSIVE"
    said.window = Window(start, end, inclusive, bool(pick(tokens, "ANYTIME")), tokens)


def _bound(said: Said, clause: Clause, tokens: list[Token]) -> None:
    name = "until" if pick(tokens, "UNTIL") else "counted" if pick(tokens, "COUNTED") else "starting"
    if name in said.tokens:
        raise unclear(tokens, f'"{name}" is said twice')
    said.tokens[name] = tokens
    setattr(said, name, moment_of(_trees(clause, "moment")[0]))


def _once(said: Said, clause: Clause, tokens: list[Token]) -> None:
    if units := pick(tokens, *UNITS):
        size, unit = UNITS[units[-1].type]
        said.once = Ahead(count_of(tokens) * size, unit)
    else:
        said.once = moment_of(clause)


_CLAUSES: dict[str, Callable[[Said, Clause, list[Token]], None]] = {
    "manual": _manual,
    "adverb": _adverb,
    "stride": _stride,
    "per": _per,
    "times": _times,
    "field": _field,
    "days": _days,
    "months": _months,
    "date": _month_and_day,
    "year": _year,
    "window": _window,
    "bound": _bound,
    "once": _once,
}
