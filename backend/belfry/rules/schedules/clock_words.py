"""The second, minute and hour of cron rules in words."""

from collections.abc import Iterator
from itertools import pairwise

from belfry.rules.schedules.clocks import DAY, Clock
from belfry.rules.schedules.cron import Cron
from belfry.rules.schedules.day_words import listed, runs_of
from belfry.rules.schedules.fields import Field

_MOST_TIMES = 8
_FEW_TIMES = 3


def times_of(cron: Cron) -> list[Clock]:
    """The times of day of a rule whose fields are all lists, at most 1440; none when one begins with `*`."""
    fields = (cron.hour, cron.minute, cron.second)
    if any(field.star for field in fields) or len(cron.second.values) != 1:
        return []
    (second,) = cron.second.values
    return sorted(Clock(h, m, second) for h in cron.hour.values for m in cron.minute.values)


def at(times: list[Clock]) -> str:
    """`at 06:00 and 18:00`; nothing when they are too many to be read."""
    return f"at {listed(str(time) for time in times)}" if 0 < len(times) <= _MOST_TIMES else ""


def paces(cron: Cron) -> Iterator[str]:
    """Sentences for a rule that fires all day long: every 5 minutes, every 2 hours at :30."""
    for place, (unit, whole) in enumerate((("second", 60), ("minute", 60), ("hour", 24))):
        fields = (cron.second, cron.minute, cron.hour)
        step = fields[place].step
        if not step or whole % step or not all(field.every for field in fields[place + 1 :]):
            continue
        pace = f"every {_counted(step, unit)}"
        if all(str(field) == "0" for field in fields[:place]):
            yield pace
        if unit == "hour" and str(cron.second) == "0" and not cron.minute.star and len(cron.minute.values) < 4:
            yield f"{pace} at {listed(f':{minute:02}' for minute in cron.minute.values)}"


def windows(crons: list[tuple[Cron, int]]) -> Iterator[str]:
    """Sentences for rules that together fire at one pace between two times; each comes so many days after its day."""
    seconds = {cron.second.step for cron, _ in crons if cron.second.star}
    if len(seconds) > 1 or any(str(cron.second) != "0" for cron, _ in crons if not cron.second.star):
        return
    minutes = _minutes([one for one in crons if one[0].second.star or not seconds])
    if len(minutes) < 2 or len(gaps := {b - a for a, b in pairwise(minutes)}) > 1:
        return
    first, last, step = minutes[0], minutes[-1], gaps.pop()
    if seconds:
        pace, whole = f"every {_counted(seconds.pop(), 'second')}", step == 1
        ends = [(last + 1, "inclusive"), (last + 1, "exclusive")] if whole else []
    else:
        pace = f"every {_counted(step // 60, 'hour') if step % 60 == 0 else _counted(step, 'minute')}"
        ends = [(last, "inclusive"), (last + step, "exclusive")]
        ends = ends[::-1] if len(crons) == 1 and crons[0][0].minute.star else ends
    yield from (f"{pace} between {_shown(first)} and {_shown(end)} {edge}" for end, edge in ends)


def _minutes(crons: list[tuple[Cron, int]]) -> list[int]:
    """The minutes at which they fire, counted from the first midnight, beginning after their longest pause."""
    found = sorted({d * DAY + h * 60 + m for cron, d in crons for h in cron.hour.values for m in cron.minute.values})
    if not found or any(days for _, days in crons) or any(cron.hour.star for cron, _ in crons):
        return found if not any(cron.hour.star for cron, _ in crons) else []
    pauses = [b - a for a, b in pairwise([*found, found[0] + DAY])]
    start = (len(pauses) - pauses[::-1].index(max(pauses))) % len(pauses)
    wrapped = [*found[start:], *(minute + DAY for minute in found[:start])]
    return wrapped if wrapped[0] < DAY else found


def _shown(minutes: int) -> str:
    return str(Clock(*divmod(minutes % DAY, 60)))


def systematic(cron: Cron) -> str:
    """Any second, minute and hour, field by field: at minutes 5 and 20 of hours 8 to 18."""
    fields = [(cron.second, "second"), (cron.minute, "minute"), (cron.hour, "hour")]
    if str(cron.second) == "0":
        fields.pop(0)
    if str(cron.minute) == "0" and cron.hour.step and len(fields) == 2:
        fields.pop(0)
    words = [_field(field, unit) for field, unit in fields]
    if not all(words):
        return ""
    starred = cron.hour.star and not cron.hour.every
    said = " of ".join([*words, *(["every day"] if starred else [])])
    return said if said.startswith("every") else f"at {said}"


def _field(field: Field, unit: str) -> str:
    if field.step:
        return f"every {_counted(field.step, unit)}"
    if field.star:
        return ""
    runs = [str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs_of(field.values)]
    return f"{unit}{'s' if len(field.values) > 1 else ''} {listed(runs)}"


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}s" if count > 1 else unit


def few(times: list[Clock]) -> bool:
    """Whether they are better named one by one than as a window."""
    return len(times) <= _FEW_TIMES
