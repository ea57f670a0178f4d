"""What is refused in a calendar, each wrong field by its path."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from difflib import get_close_matches

from belfry.ground.errors import FieldError, Invalid
from belfry.rules.calendars import icalendar
from belfry.rules.calendars.countries import Country, countries, country_of
from belfry.rules.calendars.covered import DAYS, minutes
from belfry.rules.calendars.definition import Blackout, Calendar, DateEntry, HolidayRule, WeeklyHours
from belfry.rules.definition import SLUG, slug, unstorable

MOST_ENTRIES = 100
LONGEST_NAME = 200
RESERVED = "countries"
"""No calendar's id: REST has something else at this address."""

_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEARS = range(1900, 2501)

Errors = Iterator[FieldError]


def check(calendar: Calendar) -> None:
    """Raises Invalid naming every field that makes no sense, such as `holidays[0].country`."""
    errors = [*_identity(calendar), *_entries(calendar), *_icalendar(calendar.icalendar)]
    for field in ("name", "description", "icalendar"):
        errors += unstorable(getattr(calendar, field), field)
    if errors:
        raise Invalid(*errors)


def id_from(name: str) -> str:
    """An id made from a calendar's name, one that `check` accepts."""
    made = slug(name, "calendar")
    return f"{made}-calendar" if made == RESERVED else made


def _identity(calendar: Calendar) -> Errors:
    if calendar.id is not None and not SLUG.fullmatch(calendar.id):
        message = "must be 1 to 100 of a-z, 0-9, '-', '_', '.', beginning and ending with a letter or digit"
        yield FieldError("id", message, "slug")
    if calendar.id == RESERVED:
        yield FieldError("id", f"{RESERVED!r} is reserved; choose another", "reserved")
    if not calendar.name.strip():
        yield FieldError("name", "must not be empty", "empty")
    yield from _name("name", calendar.name)
    if len(calendar.description) > 10_000:
        yield FieldError("description", "must have at most 10,000 characters", "too_long")


def _entries(calendar: Calendar) -> Errors:
    for field in ("holidays", "dates", "weekly", "blackouts"):
        count = len(getattr(calendar, field))
        if count > MOST_ENTRIES:
            yield FieldError(field, f"has {count} entries; at most {MOST_ENTRIES} are allowed", "too_many")
            continue
        for place, entry in enumerate(getattr(calendar, field)):
            yield from _entry(f"{field}[{place}]", entry)


def _entry(path: str, entry: HolidayRule | DateEntry | WeeklyHours | Blackout) -> Errors:
    match entry:
        case HolidayRule():
            yield from _holidays(path, entry)
        case DateEntry():
            yield from _dates(path, entry)
        case WeeklyHours():
            yield from _weekly(path, entry)
        case Blackout():
            yield from _blackout(path, entry)


def _holidays(path: str, rule: HolidayRule) -> Errors:
    country = country_of(rule.country)
    if country is None:
        yield FieldError(f"{path}.country", _no_country(rule.country), "unknown_country")
        return
    codes = [part.code for part in country.subdivisions]
    if rule.subdivision is not None and rule.subdivision not in codes:
        message = _no_subdivision(rule.subdivision, country)
        yield FieldError(f"{path}.subdivision", message, "unknown_subdivision")
    if not rule.categories:
        yield FieldError(f"{path}.categories", f"must name some of {', '.join(country.categories)}", "empty")
    for place, category in enumerate(rule.categories):
        if category not in country.categories:
            message = f"{category[:40]!r} is no category of {country.name}{_near(category, country.categories)}"
            yield FieldError(f"{path}.categories[{place}]", message, "unknown_category")


def _no_country(text: str) -> str:
    named = {country.name.upper(): code for code, country in countries().items()} | {code: code for code in countries()}
    near = get_close_matches(text.upper()[:64], named, n=1)
    code = named[near[0]] if near else ""
    hint = f"did you mean {code!r} ({countries()[code].name})?" if code else "write two letters such as 'DE' or 'US'"
    return f"no holidays are known of a country {text[:40]!r}; {hint}"


def _no_subdivision(text: str, country: Country) -> str:
    if not country.subdivisions:
        return f"must be null: {country.name} is known as a whole only"
    named = {part.name.lower(): part.code for part in country.subdivisions}
    named |= {part.code.lower(): part.code for part in country.subdivisions}
    near = get_close_matches(text.lower()[:64], named, n=1)
    codes = ", ".join(part.code for part in country.subdivisions)
    hint = f"did you mean {named[near[0]]!r}?" if near else f"known: {codes}"
    return f"{text[:40]!r} is no part of {country.name}; {hint}"


def _dates(path: str, entry: DateEntry) -> Errors:
    yield from _name(f"{path}.name", entry.name)
    first, last = day_of(entry.date), day_of(entry.date if entry.to is None else entry.to)
    if first is None:
        yield FieldError(f"{path}.date", no_day(entry.date), "date")
    if entry.to is not None and last is None:
        yield FieldError(f"{path}.to", no_day(entry.to), "date")
    if first and last and last < first:
        yield FieldError(f"{path}.to", "must not lie before date", "range")
    elif (
        first
        and last
        and entry.yearly
        and (last.year - first.year, last.month, last.day) >= (1, first.month, first.day)
    ):
        yield FieldError(f"{path}.to", "must lie within a year of date when the days return yearly", "range")


def day_of(text: str) -> date | None:
    """The day written such as 2027-12-24; None when there is no such day or it lies far off."""
    try:
        found = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None
    return found if found and found.year in _YEARS else None


def no_day(text: str) -> str:
    """What to say of a text that is no day."""
    return f"{text[:40]!r} is no day of the years {_YEARS[0]} to {_YEARS[-1]}; write one such as 2027-12-24"


def _weekly(path: str, weekly: WeeklyHours) -> Errors:
    if not weekly.days:
        yield FieldError(f"{path}.days", f"must name some of {', '.join(DAYS)}", "empty")
    for place, day in enumerate(weekly.days):
        if day not in DAYS:
            yield FieldError(f"{path}.days[{place}]", f"{day[:40]!r} is no weekday{_near(day, DAYS)}", "choice")
    if len(set(weekly.days)) < len(weekly.days):
        yield FieldError(f"{path}.days", "names a day twice", "duplicate")
    yield from _hours(path, weekly)


def _hours(path: str, weekly: WeeklyHours) -> Errors:
    wrong = [(field, text) for field, text in (("from", weekly.start), ("to", weekly.end)) if not _TIME.fullmatch(text)]
    for field, text in wrong:
        yield FieldError(f"{path}.{field}", f"{text[:40]!r} is no time of day; write one such as 09:00", "time")
    if wrong:
        return
    if weekly.start == "24:00":
        yield FieldError(f"{path}.from", "must be earlier than 24:00; the next day begins at 00:00", "range")
    elif minutes(weekly.start) == minutes(weekly.end):
        yield FieldError(f"{path}.to", "must differ from from; the whole day is 00:00 to 24:00", "range")


def _blackout(path: str, blackout: Blackout) -> Errors:
    yield from _name(f"{path}.name", blackout.name)
    wrong = [*_instant(f"{path}.from", blackout.start), *_instant(f"{path}.to", blackout.end)]
    yield from wrong
    if not wrong and blackout.end <= blackout.start:
        yield FieldError(f"{path}.to", "must be later than from", "range")


def _instant(path: str, instant: datetime) -> Errors:
    if instant.tzinfo is None:
        yield FieldError(path, "must carry an offset, such as 2027-12-24T18:00:00Z", "offset")
    elif not _YEARS[0] <= instant.replace(tzinfo=UTC).year <= _YEARS[-1]:
        yield FieldError(path, f"must lie in the years {_YEARS[0]} to {_YEARS[-1]}", "range")


def _icalendar(text: str | None) -> Errors:
    if text is None:
        return
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > icalendar.MAX_BYTES:
        message = f"has {size:,} bytes; at most {icalendar.MAX_BYTES:,} are allowed"
        yield FieldError("icalendar", message, "too_long")
        return
    if not text.strip():
        yield FieldError("icalendar", "is empty; leave it out or give the text of an .ics", "empty")
        return
    for problem in icalendar.read(text).problems:
        yield FieldError("icalendar", problem, "icalendar")


def _name(path: str, name: str) -> Errors:
    if len(name) > LONGEST_NAME:
        yield FieldError(path, f"has {len(name)} characters; at most {LONGEST_NAME} are allowed", "too_long")
    yield from unstorable(name, path) if path != "name" else ()


def _near(word: str, known: Iterable[str]) -> str:
    choice = sorted(known)
    near = get_close_matches(word.lower()[:64], choice, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(choice)}"
