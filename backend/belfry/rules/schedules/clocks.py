"""Times of day as people write them, and the cron fields that name a set of them."""

import re
from collections.abc import Iterable

import msgspec
from lark import Token, Tree

from belfry.rules.schedules.names import number, tokens_of
from belfry.rules.schedules.unclear import unclear

DAY = 1440
_NAMED = {"noon": 12, "midday": 12, "midnight": 0}


class Clock(msgspec.Struct, frozen=True, order=True):
    """A time of day; hour 24 is the midnight that ends it."""

    hour: int
    minute: int = 0
    second: int = 0

    @property
    def minutes(self) -> int:
        """Whole minutes since midnight."""
        return self.hour * 60 + self.minute

    def __str__(self) -> str:
        return f"{self.hour:02}:{self.minute:02}" + (f":{self.second:02}" if self.second else "")


MIDNIGHT = Clock(0)


def clocks_of(trees: list[Tree[Token] | Token], *, window: bool = False) -> list[Clock]:
    """The times, one a tree or number; raises Unclear for an hour that could be in the morning or the evening."""
    said = [tokens_of(tree) for tree in trees]
    bare = [tokens[0] for tokens in said if _is_bare(tokens)]
    clear = any(tokens[0].type == "HOURMARK" for tokens in said) or any(number(token) > 12 for token in bare)
    for token in bare:
        if number(token) > 23:
            raise unclear([token], f"{token} is no hour of a day, it has 0 to 23", "23:00")
    if not clear and any(number(token) > 0 for token in bare):
        raise _half_said(bare, window)
    return [Clock(number(tokens[0])) if _is_bare(tokens) else _clock(tokens) for tokens in said]


def _half_said(bare: list[Token], window: bool) -> Exception:
    hours = [number(token) for token in bare]
    first = hours[0]
    why = f"{first} could be in the morning or in the evening; write {first}:00, {first} am or {first} pm"
    halves = [("am", "pm")] if window and len(hours) > 1 else [("am", "am"), ("pm", "pm")]
    said = [[f"{hour % 12 or 12} {half[n > 0]}" for n, hour in enumerate(hours)] for half in halves]
    said = [*said, [f"{hour:02}:00" for hour in hours]]
    joints = (" and ", " to ") if window else (" and ",)
    return unclear(bare, why, *(joint.join(one) for one in said for joint in joints))


def _is_bare(tokens: list[Token]) -> bool:
    return len(tokens) == 1 and tokens[0].type == "NUMBER"


def _clock(tokens: list[Token]) -> Clock:
    if tokens[0].type == "NAMED":
        return Clock(_NAMED[tokens[0].rstrip(".").split()[-1]])
    text = " ".join(tokens)
    found = [int(digits) for digits in re.findall("[0-9]+", text)] or [number(tokens[0])]
    half = re.search(r"in +the +(morning|afternoon|evening)|([ap])\.?m", text)
    hour, minute, second = [*found, 0, 0][:3]
    _refuse_what_no_clock_shows(tokens, Clock(hour, minute, second), half is not None)
    if half is None:
        return Clock(hour, minute, second)
    morning = half[1] == "morning" or half[2] == "a"
    return Clock(hour % 12 + (0 if morning else 12), minute, second)


def _refuse_what_no_clock_shows(tokens: list[Token], clock: Clock, halved: bool) -> None:
    least, most = (1, 12) if halved else (0, 23)
    if least <= clock.hour <= most and clock.minute <= 59 and clock.second <= 59:
        return
    shown = " ".join(tokens)
    if halved and 12 < clock.hour < 24 and clock.minute <= 59:
        why = f"{shown} is no time of day, am and pm go with 1 to 12"
        raise unclear(tokens, why, str(clock), f"{clock.hour - 12} pm")
    near = "12 am" if halved else "00:00" if clock.hour == 24 else "23:59"
    raise unclear(tokens, f"{shown} is no time of day, it goes from 0:00 to 23:59", near)


def fields_of(clocks: Iterable[Clock], step: int = 0) -> list[str]:
    """The times as cron's `second minute hour`, as few as can be.

    Minutes that are exactly every `step`-th of an hour are written `*/step`, others as a list, like the hours.
    """
    minutes: dict[tuple[int, int], list[int]] = {}
    for clock in sorted(set(clocks)):
        minutes.setdefault((clock.second, clock.hour), []).append(clock.minute)
    hours: dict[tuple[int, tuple[int, ...]], list[int]] = {}
    for (second, hour), found in minutes.items():
        hours.setdefault((second, tuple(found)), []).append(hour)
    return [f"{second} {_minutes(found, step)} {listed(at)}" for (second, found), at in hours.items()]


def _minutes(minutes: tuple[int, ...], step: int) -> str:
    return f"*/{step}" if step and 60 % step == 0 and minutes == tuple(range(0, 60, step)) else listed(minutes)


def listed(numbers: Iterable[int]) -> str:
    """Numbers as a cron list."""
    return ",".join(str(number) for number in numbers)
