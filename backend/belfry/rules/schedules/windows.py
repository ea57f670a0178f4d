"""Windows of the day: between two times at a pace, or at any one time between them."""

import hashlib

from belfry.rules.schedules.clocks import DAY, Clock, fields_of
from belfry.rules.schedules.said import Stride, Window
from belfry.rules.schedules.unclear import unclear

Shifted = tuple[int, str]


def anytime(window: Window, job_id: str | None) -> tuple[int, Clock]:
    """One minute of the window, the same always for one job, and whether it is on the day after: 0 or 1."""
    start, span = _extent(window)
    digest = hashlib.blake2b(f"any time:{job_id or ''}".encode(), digest_size=8).digest()
    days, minute = divmod(start + int.from_bytes(digest) % span, DAY)
    return days, Clock(*divmod(minute, 60))


def spread(window: Window, pace: Stride, *, daily: bool) -> list[Shifted]:
    """Cron's `second minute hour` of every fire, counted from the start of the window, and the days after its day.

    The end is a fire when it is inclusive and the pace comes upon it. A `daily` window has no days after its day.
    """
    if pace.unit == "second":
        return _by_seconds(window, pace, daily)
    step = pace.count * (60 if pace.unit == "hour" else 1)
    start, span = _extent(window)
    instants = range(start, start + span + window.inclusive, step)
    return _placed(instants, step if pace.unit == "minute" else 0, daily)


def _by_seconds(window: Window, pace: Stride, daily: bool) -> list[Shifted]:
    if 60 % pace.count:
        why = f"within a window seconds must divide the minute, and {pace.count} do not"
        raise unclear(pace.tokens, why, "every minute")
    start, span = _extent(window)
    step = f"*/{pace.count}" if pace.count > 1 else "*"
    placed = _placed(range(start, start + span), 1, daily)
    found = [(days, text.replace("0 ", f"{step} ", 1)) for days, text in placed]
    return found + (_placed(range(start + span, start + span + 1), 0, daily) if window.inclusive else [])


def _placed(instants: range, step: int, daily: bool) -> list[Shifted]:
    days: dict[int, list[Clock]] = {}
    for instant in instants:
        days.setdefault(0 if daily else instant // DAY, []).append(Clock(*divmod(instant % DAY, 60)))
    return [(day, text) for day, clocks in days.items() for text in fields_of(clocks, step)]


def _extent(window: Window) -> tuple[int, int]:
    """The first minute and how many minutes it lasts; an end at midnight is the end of the day."""
    if window.start.second or window.end.second:
        raise unclear(window.tokens, "a window begins and ends at a whole minute", "between 09:00 and 17:00")
    span = (window.end.minutes - window.start.minutes) % DAY
    if not span and window.start != Clock(0):
        raise unclear(window.tokens, "the window begins and ends at the same time", "between 09:00 and 17:00")
    return window.start.minutes, span or DAY
