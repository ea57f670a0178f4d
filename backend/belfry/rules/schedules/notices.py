"""What a preview points out: fires that a clock change touches, and rules that may not mean what they seem to."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from belfry.rules.schedules.cron import Cron, cron_of
from belfry.rules.schedules.plans import Plan, Walls
from belfry.rules.schedules.walls import follows_the_wall_clock, next_wall, recurs
from belfry.rules.schedules.zones import FOLLOW, Change, changes_around, instant_of, is_repeated, wall_of

_YEAR = timedelta(days=366)


def mark(plan: Plan, zone: str, fire: datetime) -> str | None:
    """What a clock change has to do with `fire`; None when nothing."""
    wall = wall_of(fire, zone)
    if isinstance(plan, Walls) and (skipped := _moved(plan, fire)):
        return f"{skipped:%H:%M} does not exist on {skipped:%Y-%m-%d}, so this runs at the jump"
    if is_repeated(wall, zone):
        which = "first" if instant_of(wall, zone, 0)[0] == fire.replace(microsecond=0) else "second"
        return f"{wall:%H:%M} comes twice on {wall:%Y-%m-%d}, this is the {which}"
    return None


def _moved(plan: Walls, fire: datetime) -> datetime | None:
    """The wall time inside the skipped hour that `fire` stands for."""
    if plan.clock_changes.gap == "skip":
        return None
    jump = next((change for change in changes_around(plan.zone, fire) if change.at == fire), None)
    if jump is None or jump.after <= jump.before:
        return None
    fixed = [rule for rule in plan.rules if not follows_the_wall_clock(rule)]
    return next((wall for rule in fixed if (wall := _first_inside(rule, jump))), None)


def _first_inside(rule: str, change: Change) -> datetime | None:
    """The first wall time of the rule that `change` skips or shows twice."""
    low, high = sorted((change.at + offset).replace(tzinfo=None) for offset in (change.before, change.after))
    wall = next_wall(rule, low - timedelta(seconds=1))
    return wall if wall is not None and wall < high else None


def warnings(plan: Plan, after: datetime) -> list[str]:
    """What somebody who wrote this rule may not expect of it in the year after `after`."""
    if not isinstance(plan, Walls):
        return []
    found = [warning for rule in plan.rules for warning in _rule_warnings(plan, rule, after)]
    return list(dict.fromkeys(found))


def _rule_warnings(plan: Walls, rule: str, after: datetime) -> Iterator[str]:
    yield from [] if recurs(rule) else _field_warnings(cron_of(rule))
    if recurs(rule) or not cron_of(rule).hour.star:
        yield from _clock_warnings(plan, rule, after)


def _field_warnings(cron: Cron) -> Iterator[str]:
    yield from _day_warnings(cron)
    for field, whole in ((cron.second, "minute"), (cron.minute, "hour"), (cron.hour, "day")):
        size = len(field.unit.span)
        if field.step and size % field.step:
            rest = size - field.values[-1]
            yield (
                f"{field} does not divide the {whole}: the last gap of every {whole} is {rest} {field.unit.name}s,"
                f" not {field.step}"
            )


def _day_warnings(cron: Cron) -> Iterator[str]:
    restricted = not cron.day.every and not cron.weekday.every
    if restricted and (cron.day.star or cron.weekday.star):
        yield "both day fields are set and one begins with *: it fires only on days that match both"
    elif restricted:
        yield "both day fields are set: it fires on days that match either of them"
    if not cron.day.marks and cron.weekday.every and cron.day.values[0] > 28:
        yield f"months without a day {cron.day.values[0]} are left out"


def _clock_warnings(plan: Walls, rule: str, after: datetime) -> Iterator[str]:
    policy = FOLLOW if follows_the_wall_clock(rule) else plan.clock_changes
    for change in changes_around(plan.zone, after):
        wall = _first_inside(rule, change) if after < change.at < after + _YEAR else None
        if wall and change.after > change.before and policy.gap == "skip":
            yield f"{wall:%H:%M} does not exist on {wall:%Y-%m-%d} in {plan.zone}: it does not fire then"
        if wall and change.after < change.before and policy.overlap == "both":
            yield f"{wall:%H:%M} comes twice on {wall:%Y-%m-%d} in {plan.zone}: it fires both times"
