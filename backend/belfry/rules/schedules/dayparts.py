"""What is said of units within units, of counts and of days, as cron fields."""

from belfry.rules.schedules.cron import read_cron
from belfry.rules.schedules.fields import WEEKDAYS
from belfry.rules.schedules.paces import settled
from belfry.rules.schedules.said import Said, Stride
from belfry.rules.schedules.unclear import span_of, unclear

_CLOCK = ("second", "minute", "hour")
_SIZES = (*_CLOCK, "day", "week", "month", "year")
_WITHIN = {"second": ("minute",), "minute": ("hour",), "hour": ("day",), "day": ("week", "month"), "month": ("year",)}
_MOST = {"second": 60, "minute": 60, "hour": 24, "day": 31, "month": 12}


def nested(said: Said) -> Stride | None:
    """The pace of the whole. What restarts within a larger unit that is said too becomes a field of its own."""
    said.dates += said.fields.pop("day", [])
    strides = sorted({(one.count, one.unit): one for one in map(_settled, said.strides)}.values(), key=_size)
    units = {stride.unit for stride in strides} | set(said.fields)
    strided = {stride.unit for stride in strides if stride.count > 1}
    strides = [stride for stride in strides if stride.count > 1 or stride.unit not in strided]
    _refuse_a_pace_beside_a_pace(strides, units)
    tops: list[Stride] = []
    for stride in strides:
        if units & set(_WITHIN.get(stride.unit, ())):
            _put_within(said, stride, units)
        else:
            tops.append(stride)
    while len(tops) > 1 and tops[-1].inside and tops[-1].count == 1 and _size(tops[-1]) >= _SIZES.index("day"):
        tops.pop()
    if len(tops) > 1:
        raise unclear(tops[1].tokens, "this is a second pace, and a rule has one", "")
    return tops[0] if tops else None


def _refuse_a_pace_beside_a_pace(strides: list[Stride], units: set[str]) -> None:
    several = [stride for stride in strides if stride.count > 1]
    for larger in several[1:]:
        alone = not larger.inside and not units & set(_WITHIN.get(larger.unit, ()))
        if alone and larger.unit in _WITHIN.get(several[0].unit, ()):
            raise unclear(larger.tokens, 'this is a second pace; "of" would put one into the other', "")


def _settled(stride: Stride) -> Stride:
    count, unit = settled(stride.count, stride.unit)
    return Stride(count, unit, stride.tokens, stride.inside)


def _size(stride: Stride) -> int:
    return _SIZES.index(stride.unit)


def _put_within(said: Said, stride: Stride, units: set[str]) -> None:
    if not 1 <= stride.count <= _MOST[stride.unit]:
        raise unclear(
            stride.tokens, f"every {stride.count} {stride.unit}s is out of range here", f"every {stride.unit}"
        )
    text = f"*/{stride.count}" if stride.count > 1 else "*"
    if stride.unit in _CLOCK:
        said.fields = {**said.fields, stride.unit: stepped(said, stride)}
    elif stride.unit == "month":
        said.months = [text, *said.months]
    elif "week" in units:
        said.weekdays = [text, *said.weekdays]
    else:
        said.dates = [text, *said.dates]


def stepped(said: Said, stride: Stride) -> list[str]:
    """Cron's field of every so many of a unit, from the one that is said; raises Unclear for more than that."""
    count, values = stride.count, said.fields.get(stride.unit)
    if values is None:
        return [f"*/{count}" if count > 1 else "*"]
    whole = _MOST[stride.unit]
    if len(values) == 1 and values[0].isdigit() and int(values[0]) < count and whole % count == 0:
        return [str(value) for value in range(int(values[0]), whole, count)]
    raise said.refuse("field", f"every {count} {stride.unit}s already says which ones", "")


def check_the_count(said: Said) -> None:
    """Raises Unclear when "twice a day" and the times, or days, that are said do not agree."""
    if said.per_day == 0:
        raise said.refuse("per", "a job that never runs by itself is", "manual")
    if said.per_day == 1:
        _refuse_more_than_one(said)
    if said.per_day is None or said.per_day == 1:
        return
    unit = said.strides[-1].unit
    count = {"day": len(said.times), "week": len(said.weekdays), "month": len(said.dates)}.get(unit, 0)
    if count and count != said.per_day:
        raise said.refuse("per", f"{said.per_day} times a {unit} and the {count} said do not agree", "")
    if not count:
        raise _nothing_counted(said, said.per_day, unit)


def _refuse_more_than_one(said: Said) -> None:
    """Once a day is one time, once a week one day and one time, and so on."""
    per = next(one for one in said.strides if one.tokens[0] in said.tokens["per"])
    smaller = [one for one in said.strides if _size(one) < _size(per)]
    days = [text for text in said.weekdays + said.dates if per.unit != "day"]
    several = len(said.times) > 1 or len(days) > 1 or any("-" in text[1:] and "#" not in text for text in days)
    if smaller or several or (per.unit == "year" and len(said.months) > 1):
        raise said.refuse("per", f"this says once a {per.unit}, and the rest says more often", "")


def _nothing_counted(said: Said, count: int, unit: str) -> Exception:
    words, hours = said.quote("per"), 24 // min(count, 24)
    times = [f"{hours // 2 + n * hours:02}:00" for n in range(min(count, 24))]
    examples = {
        "day": f"{words} at {', '.join(times[:-1])} and {times[-1]}",
        "week": f"{words} on monday and thursday",
        "month": f"{words} on the 1st and 15th",
        "hour": f"every {60 // min(count, 60)} minutes",
    }
    instead = [examples[unit]] if unit in examples else []
    return said.refuse("per", "at which times or on which days? They are not said", *instead)


def triple(fields: dict[str, list[str]]) -> str:
    """Cron's `second minute hour`: 0 below the smallest unit that is said, any above it."""
    smallest = min(_CLOCK.index(unit) for unit in fields)
    return " ".join(",".join(fields.get(unit, ["*" if n > smallest else "0"])) for n, unit in enumerate(_CLOCK))


def settle_days(said: Said, pace: Stride) -> None:
    """The days that a daily, weekly, monthly or yearly pace has by itself; raises Unclear where it needs one said."""
    _SETTLE[pace.unit](said, pace)


def _daily(said: Said, pace: Stride) -> None:
    pass


def _weekly(said: Said, pace: Stride) -> None:
    if said.dates and not said.both:
        raise said.refuse("days" if "days" in said.tokens else "date", "a week has no such day", "on monday")
    if any("#" in text for text in said.weekdays):
        raise said.refuse("days", "this comes once a month, not each week", "on monday")
    said.weekdays = said.weekdays or ["0"]


def _monthly(said: Said, pace: Stride) -> None:
    _refuse_plain_weekdays(said, "month")
    if pace.count > 1 and said.months:
        raise unclear(pace.tokens, "a stride of months and their names do not go together", "")
    if pace.count > 1:
        said.months = [_months_of(said, pace)]
    said.dates = said.dates or ([] if said.weekdays else ["1"])


def _months_of(said: Said, pace: Stride) -> str:
    """The first months of the spans; of quarters the last ones for days that are counted from the end."""
    quarters = any(token.type == "QUARTERS" or token.startswith("quarterly") for token in pace.tokens)
    days = said.dates + said.weekdays
    from_the_end = [text for text in days if text.startswith(("L", "W#-")) or "#-" in text]
    if quarters and from_the_end and len(from_the_end) < len(days):
        raise said.refuse("days", "days from the beginning and from the end of a quarter are two rules", "")
    return f"{pace.count}-12/{pace.count}" if quarters and from_the_end else f"*/{pace.count}"


def _yearly(said: Said, pace: Stride) -> None:
    _refuse_plain_weekdays(said, "year")
    if (said.dates or said.weekdays) and not said.months:
        raise said.refuse("days", "in which month?", "on january 1st")
    said.months = said.months or ["1"]
    said.dates = said.dates or ([] if said.weekdays else ["1"])


_SETTLE = {"day": _daily, "week": _weekly, "month": _monthly, "year": _yearly}


def _refuse_plain_weekdays(said: Said, unit: str) -> None:
    plain = [text for text in said.weekdays if text.isdigit() or text == "1-5"]
    if plain and not said.dates and not said.both:
        name = "weekday" if plain[0] == "1-5" else WEEKDAYS[int(plain[0])]
        why = f"which {name} of the {unit}, or all of them?"
        raise said.refuse("days", why, f"on the first {name}")


def refuse_no_day(said: Said) -> None:
    """Raises Unclear when only months are said, which could mean each of their days or one."""
    if not said.months or said.dates or said.weekdays or any(stride.unit == "day" for stride in said.strides):
        return
    words = said.quote("months")
    raise said.refuse("months", "on which day?", f"every day {words}", f"on the 1st {words}")


def days_of(said: Said, shift: int = 0) -> str:
    """Cron's `day month weekday`, `shift` days later; raises Unclear for days that cannot be put together."""
    day, weekday = ",".join(said.dates) or "*", ",".join(said.weekdays) or "*"
    if said.dates and said.weekdays and not said.both:
        raise said.refuse("days", "days that are either of these, or both?", *_either(said))
    if said.both and not (said.dates and said.weekdays):
        raise said.refuse("days", "this joins days of the month with days of the week, and one of them is missing", "")
    if said.both == "THAT_IS" and "*" not in (day[0], weekday[0]):
        raise said.refuse("days", "a day that is both can be said only of every so many days of the month", "")
    if shift:
        weekday = _a_day_later(said, weekday)
    return f"{day} {','.join(said.months) or '*'} {weekday}"


def _either(said: Said) -> list[str]:
    """The days with "or" between those of the month and those of the week."""
    words, (at, _) = said.quote("days"), span_of(said.tokens["days"])
    tokens = [token for token in said.tokens["days"] if token.type not in ("ON", "TO")]
    weekly = [token.type in ("WEEKDAY", "WORKDAY", "WEEKEND") for token in tokens]
    found: list[str] = []
    for turn in (n for n in range(1, len(tokens)) if weekly[n] != weekly[n - 1]):
        cut = (tokens[turn].start_pos or 0) - at
        before = words[:cut].rstrip(" ,").removesuffix(" on").removesuffix(" and")
        found.append(f"{before} or on {words[cut:]}")
    return found


def _a_day_later(said: Said, weekday: str) -> str:
    found = read_cron(f"0 0 * * {weekday}").weekday
    if said.dates or said.months or found.marks:
        why = "a window over midnight goes with weekdays only; write one up to midnight and one from it"
        raise said.refuse("window", why, "between 00:00 and 06:00")
    return "*" if found.every else ",".join(str((day + 1) % 7) for day in found.values)
