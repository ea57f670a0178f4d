"""Words to rules, by the grammar in `words.lark`."""

from collections.abc import Iterable

import msgspec
from lark import Tree

from belfry.rules.schedules.clauses import said_by
from belfry.rules.schedules.clocks import MIDNIGHT, fields_of
from belfry.rules.schedules.cron import read_cron
from belfry.rules.schedules.dayparts import (
    check_the_count,
    days_of,
    nested,
    refuse_no_day,
    settle_days,
    stepped,
    triple,
)
from belfry.rules.schedules.fields import MONTHS, Misread
from belfry.rules.schedules.grammar import tree_of
from belfry.rules.schedules.meanings import ByHand, Meaning, Rules, Sentence
from belfry.rules.schedules.moments import Moment, date_of
from belfry.rules.schedules.paces import LARGER, rate
from belfry.rules.schedules.recurrences import Recurrence
from belfry.rules.schedules.said import Said, Stride
from belfry.rules.schedules.strides import recurrence
from belfry.rules.schedules.unclear import Unclear, span_of, unclear
from belfry.rules.schedules.windows import Shifted, anytime, spread

_LONGEST_RULE = 400


def read_words(text: str, job_id: str | None = None) -> Sentence:
    """What the sentence means; raises Unclear, with what would be understood. `job_id` places "any time"."""
    lowered = text.lower().replace("\t", " ")
    parts = [said_by(part, lowered) for part in tree_of(lowered).children if isinstance(part, Tree)]
    meanings = [_meaning(said, job_id) for said in parts]
    bounds = [_bound(parts, name) for name in ("starting", "until", "counted")]
    if bounds[2] is not None and not isinstance(meanings[0], Recurrence):
        raise next(said for said in parts if said.counted).refuse("counted", "only strides count from a date", "")
    if len(meanings) == 1:
        return Sentence(meanings[0], *bounds)
    rules = [meaning.rules for meaning in meanings if isinstance(meaning, Rules)]
    if len(rules) < len(meanings):
        raise Unclear(0, len(text), '"and also" joins rules on the wall clock only; make two jobs of the rest')
    return Sentence(rules_of(rule for found in rules for rule in found), *bounds)


def rules_of(rules: Iterable[str], job_id: str | None = None) -> Rules:
    """The rules once each, in the order of their texts; raises Misread for one that no calendar has."""
    return Rules(tuple(sorted({str(read_cron(rule, job_id)) for rule in rules})))


def _bound(parts: list[Said], name: str) -> Moment | None:
    found = [said for said in parts if getattr(said, name) is not None]
    if len(found) > 1:
        raise found[1].refuse(name, f'"{name}" is said twice, and it holds for the whole')
    return getattr(found[0], name) if found else None


def _meaning(said: Said, job_id: str | None) -> Meaning:
    if said.by_hand:
        _refuse_more(said, ("manual",), '"manual" stands alone')
        return ByHand()
    if said.once is not None or said.year:
        return _once(said)
    _refuse_half_a_sentence(said)
    top = nested(said)
    check_the_count(said)
    if top is not None and top.unit in ("second", "minute", "hour"):
        return _clocked(said, top)
    return _calendar(said, top, job_id)


def _refuse_half_a_sentence(said: Said) -> None:
    if "past" in said.tokens and not said.strides:
        words = said.quote("past")
        raise said.refuse("past", "minutes past which hour, or every so many?", f"every {words}", f"in {words}")
    if "past" in said.tokens and not any(token.type == "PAST" for one in said.strides for token in one.tokens):
        _refuse_two_lengths(said)
    if set(said.tokens) <= {"bound", "starting", "until", "counted"}:
        words = said.quote("bound")
        raise said.refuse("bound", "this says from or until when, and not when to run", f"every day at 09:00 {words}")


def _refuse_two_lengths(said: Said) -> None:
    """An hour and 30 minutes: is that how long, or when? With "at" it is when."""
    if any(token.type == "AT" for token in said.tokens["past"]):
        return
    (minutes,) = said.fields["minute"]
    stride = said.strides[-1]
    long = [f"every {stride.count * 60 + int(minutes)} minutes"] if stride.unit == "hour" else []
    tokens = [*stride.tokens, *said.tokens["past"]]
    why = "is this one length of time, or so many minutes past the hour?"
    raise unclear(tokens, why, *long, f"every {stride.unit} at :{int(minutes):02}")


def _refuse_more(said: Said, allowed: tuple[str, ...], why: str) -> None:
    more = [kind for kind in said.tokens if kind not in (*allowed, "bound", "starting", "until", "counted")]
    if more:
        raise said.refuse(more[0], why, "")


def _once(said: Said) -> Meaning:
    then = said.once or _date(said)
    dated = ("once", "times") if said.once is not None else ("times", "year", "date", "days", "months")
    _refuse_more(said, dated, "what is dated runs once, so this cannot hold")
    if len(said.times) > 1:
        raise said.refuse("times", "what is dated runs once, and these are several times", f"at {said.times[0]}")
    if said.times and then.timed:
        raise said.refuse("times", "the time is said twice", "")
    if not said.times and not then.timed and isinstance(then, Moment):
        kinds = [kind for kind in ("once", "days", "months", "date", "year") if kind in said.tokens]
        words = said.quote(*kinds)
        tokens = [token for kind in kinds for token in said.tokens[kind]]
        raise unclear(tokens, "at which time? A date alone has none", f"{words} at 09:00", f"{words} at midnight")
    return msgspec.structs.replace(then, clock=said.times[0]) if said.times else then


def _date(said: Said) -> Moment:
    tokens = [token for kind in ("days", "months", "date", "year") for token in said.tokens.get(kind, [])]
    tokens.sort(key=lambda token: token.start_pos or 0)
    if len(said.dates) != 1 or len(said.months) != 1 or said.weekdays or not said.dates[0].isdigit():
        raise said.refuse("year", "a year goes with one day of one month, such as 31 january 2027", "")
    return Moment(date_of(said.year, int(said.months[0]), int(said.dates[0]), tokens))


def _clocked(said: Said, pace: Stride) -> Meaning:
    if said.times:
        raise _pace_and_time(said, pace)
    if said.window is not None:
        _refuse_more(
            said, ("window", "stride", "adverb", "per", "days", "months", "date"), "a window counts from its start"
        )
        daily = not (said.dates or said.weekdays or said.months)
        return _short(_rules(said, spread(said.window, pace, daily=daily)), pace)
    _refuse_a_second_that_may_be_a_day(said, pace)
    at, length = span_of(pace.tokens)
    plain = rate(pace.count, pace.unit, at, length)
    if not said.fields and not said.dates and not said.weekdays and not said.months:
        return plain
    whole, larger = LARGER[pace.unit]
    if whole % pace.count:
        why = f"{pace.count} {pace.unit}s do not divide the {larger}, so they cannot be tied to more"
        raise unclear(pace.tokens, why, f"every {pace.count} {pace.unit}s of every {larger}")
    return _rules(said, [(0, triple({**said.fields, pace.unit: stepped(said, pace)}))])


def _refuse_a_second_that_may_be_a_day(said: Said, pace: Stride) -> None:
    larger = [one.unit for one in said.strides if one.unit in ("week", "month", "year")]
    if larger and any(token.type == "SECOND" and token == "second" for token in pace.tokens):
        why = f"each second, or the second day of the {larger[0]}?"
        raise unclear(pace.tokens, why, "on the 2nd")


def _short(rules: Rules, pace: Stride) -> Rules:
    if len(" | ".join(rules.rules)) > _LONGEST_RULE:
        why = f"{pace.count} {pace.unit}s do not divide the hour, and this window is too long for them"
        raise unclear(pace.tokens, why, f"every {60 // max(60 // pace.count, 1)} {pace.unit}s", "every hour")
    return rules


def _pace_and_time(said: Said, pace: Stride) -> Exception:
    first = said.times[0]
    why = f"every {pace.unit} and at a time of day do not go together"
    tokens = said.tokens["times"]
    if pace.unit == "hour" and first.minute:
        return unclear(tokens, why, f"at :{first.minute:02}", f"between {first} and 23:59")
    return unclear(tokens, why, f"between {first} and 23:59")


def _calendar(said: Said, pace: Stride | None, job_id: str | None) -> Meaning:
    if pace is not None and pace.count > 1 and not (pace.unit == "month" and 12 % pace.count == 0):
        return _strided(said, pace)
    if pace is not None and said.fields and "hour" not in said.fields:
        words = said.quote("field")
        raise said.refuse("field", "of which hour?", f"{words} of every hour")
    clocks = _clocks(said, job_id)
    if pace is not None:
        _refuse_a_start_without_its_day(said, pace)
        settle_days(said, pace)
    refuse_no_day(said)
    return _rules(said, clocks)


def _refuse_a_start_without_its_day(said: Said, pace: Stride) -> None:
    """Weekly from a Tuesday on: on Tuesdays, or on Sundays as ever?"""
    said_days = said.dates or said.weekdays or (pace.unit == "year" and said.months)
    day = {"week": "on sunday", "month": "on the 1st", "year": "on january 1st"}.get(pace.unit)
    if said.starting is not None and day and not said_days:
        words = said.text[slice(*_ends(pace))]
        raise unclear(pace.tokens, f"on which day of the {pace.unit}?", f"{words} {day}")


def _ends(pace: Stride) -> tuple[int, int]:
    at, length = span_of(pace.tokens)
    return at, at + length


def _strided(said: Said, pace: Stride) -> Meaning:
    _refuse_more(said, ("times", "stride", "adverb", "per", "days", "months", "date"), "this does not go with a stride")
    if said.times or said.dates or said.weekdays or said.months:
        return recurrence(said, pace)
    return rate(pace.count, pace.unit, *span_of(pace.tokens))


def _clocks(said: Said, job_id: str | None) -> list[Shifted]:
    if said.window is not None and said.window.anytime:
        _refuse_more(said, ("window", "stride", "adverb", "per", "days", "months", "date"), "any time is one time")
        days, clock = anytime(said.window, job_id)
        return [(days, text) for text in fields_of([clock])]
    if said.window is not None:
        words = said.quote("window")
        raise said.refuse("window", "how often between these times?", f"every hour {words}", f"any time {words}")
    if said.fields and said.times:
        raise said.refuse("times", "the time is said twice", "")
    return [(0, triple(said.fields))] if said.fields else [(0, text) for text in fields_of(said.times or [MIDNIGHT])]


def _rules(said: Said, clocks: list[Shifted]) -> Rules:
    """The rules of these times on the days that are said; raises Unclear for days that never come."""
    try:
        return rules_of(f"{text} {days_of(said, shift)}" for shift, text in clocks)
    except Unclear:
        raise
    except Misread as misread:
        raise _no_such_day(said, misread) from misread


def _no_such_day(said: Said, misread: Misread) -> Unclear:
    tokens = [token for kind in ("days", "date", "months") for token in said.tokens.get(kind, [])]
    if not tokens or not said.months or "*" in said.months[0]:
        return unclear(tokens or [token for found in said.tokens.values() for token in found], misread.why)
    months = " and ".join(MONTHS[int(number) - 1] for number in said.months)
    return unclear(tokens, f"{months} never has such a day", f"on the last day of {months}")
