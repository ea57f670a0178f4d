"""Rules back to words that parse to the same rule."""

from collections.abc import Iterator

from belfry.rules.schedules.clock_words import at, few, paces, systematic, times_of, windows
from belfry.rules.schedules.cron import Cron, cron_of
from belfry.rules.schedules.day_words import days_before, days_behind
from belfry.rules.schedules.fields import Misread
from belfry.rules.schedules.meanings import Rules
from belfry.rules.schedules.plans import Plan, Walls
from belfry.rules.schedules.recurrence_words import say_bound_recurrence
from belfry.rules.schedules.walls import recurs
from belfry.rules.schedules.words import read_words

_LONGEST = 400


def say(plan: Plan) -> str:
    """The plan in words; where there are none, in the text of its rule, which parses to it as well."""
    if isinstance(plan, Walls) and any(map(recurs, plan.rules)):
        return say_bound_recurrence(str(plan)) or str(plan)
    if isinstance(plan, Walls):
        return _said(plan.rules) or str(plan)
    return str(plan)


def _said(rules: tuple[str, ...]) -> str:
    """The first sentence that is read as exactly these rules."""
    return next((words for words in _sentences(rules) if len(words) <= _LONGEST and _means(words, rules)), "")


def _means(words: str, rules: tuple[str, ...]) -> bool:
    try:
        return read_words(words).meaning == Rules(rules)
    except Misread:
        return False


def _sentences(rules: tuple[str, ...]) -> Iterator[str]:
    crons = [cron_of(rule) for rule in rules]
    together = _together(crons)
    if together:
        yield from _of_one_day(crons[together.index(0)], list(zip(crons, together, strict=True)))
    if len(rules) > 1:
        each = [_said((rule,)) for rule in rules]
        yield " and also ".join(each) if all(each) else ""


def _together(crons: list[Cron]) -> list[int]:
    """How many days, 0 or 1, the days of each come after those of one of them; empty when they are others."""
    for first in crons:
        shifts = [_shift(first, cron) for cron in crons]
        if all(shift >= 0 for shift in shifts):
            return shifts
    return []


def _shift(first: Cron, other: Cron) -> int:
    if (first.day, first.month, first.weekday) == (other.day, other.month, other.weekday):
        return 0
    later = tuple(sorted((day + 1) % 7 for day in first.weekday.values))
    plain = first.day.every and other.day.every and not other.weekday.marks and not first.weekday.marks
    return 1 if plain and first.month == other.month and later == other.weekday.values else -1


def _of_one_day(days: Cron, crons: list[tuple[Cron, int]]) -> Iterator[str]:
    times = sorted(time for cron, _ in crons for time in times_of(cron))
    listed = all(times_of(cron) and not shift for cron, shift in crons) and at(times)
    if len(crons) == 1:
        yield from _behind(days, paces(days))
    if listed and few(times):
        yield from (f"{before} {listed}" for before in days_before(days))
    yield from _behind(days, windows(crons))
    if listed:
        yield from (f"{before} {listed}" for before in days_before(days))
    if len(crons) == 1 and (words := systematic(days)):
        yield from _behind(days, iter([words]))


def _behind(days: Cron, paces: Iterator[str]) -> Iterator[str]:
    for pace in paces:
        yield from (" ".join(filter(None, [pace, behind])) for behind in days_behind(days))
