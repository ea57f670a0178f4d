"""Rules back to words that parse to the same rule."""

from belfry.rules.schedules.cron import Cron, cron_of
from belfry.rules.schedules.fields import WEEKDAYS
from belfry.rules.schedules.plans import Plan, Walls


def say(plan: Plan) -> str:
    """The plan in words."""
    if isinstance(plan, Walls) and len(plan.rules) == 1:
        return _say_cron(cron_of(plan.rules[0])) or str(plan)
    return str(plan)


def _say_cron(cron: Cron) -> str:
    if not (cron.day.every and cron.month.every):
        return ""
    if cron.weekday.every:
        return _say_rate(cron) or _say_daily(cron)
    if len(cron.weekday.values) == 1 and (time := _time(cron)):
        return f"weekly on {WEEKDAYS[cron.weekday.values[0]]} at {time}"
    return ""


def _say_rate(cron: Cron) -> str:
    texts = (str(cron.second), str(cron.minute), str(cron.hour))
    for place, (unit, whole) in enumerate((("second", 60), ("minute", 60), ("hour", 24))):
        step = (cron.second, cron.minute, cron.hour)[place].step
        rest = ("0",) * place + ("*",) * (2 - place)
        if step and whole % step == 0 and texts[:place] + texts[place + 1 :] == rest:
            return f"every {step} {unit}s" if step > 1 else f"every {unit}"
    return ""


def _say_daily(cron: Cron) -> str:
    time = _time(cron)
    return f"daily at {time}" if time else ""


def _time(cron: Cron) -> str:
    fields = (cron.hour, cron.minute, cron.second)
    if any(field.star or len(field.values) != 1 for field in fields):
        return ""
    hour, minute, second = (field.values[0] for field in fields)
    return f"{hour:02}:{minute:02}" + (f":{second:02}" if second else "")
