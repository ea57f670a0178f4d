"""Public holidays, as the package `holidays` knows them. It is imported when first asked, for that takes time."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from belfry.rules.calendars.definition import HolidayRule

if TYPE_CHECKING:
    from holidays import HolidayBase

YEARS = range(1900, 2101)
"""The years in which there are holidays."""

_SMALL_WORDS = {"And", "Of", "The"}


class HolidayYear(msgspec.Struct, frozen=True):
    """A year of one rule: its holidays by date, and the days of its weekends on which nobody works in their stead."""

    names: Mapping[date, str]
    weekend: frozenset[date]


class Subdivision(msgspec.Struct, frozen=True):
    """A part of a country: its code and, where it has one, its name."""

    code: str
    name: str


class Country(msgspec.Struct, frozen=True):
    """A country whose holidays are known, its parts and the categories its holidays fall into."""

    code: str
    name: str
    subdivisions: tuple[Subdivision, ...]
    categories: tuple[str, ...]


@lru_cache(maxsize=2048)
def holiday_year(rule: HolidayRule, year: int) -> HolidayYear:
    """The year of a rule that `checking` has passed; no holidays outside `YEARS`."""
    found = _of_package(rule.country, rule.subdivision, year if year in YEARS else None, rule.categories)
    start = date(year, 1, 1)
    days = (start + timedelta(days=place) for place in range((date(year, 12, 31) - start).days + 1))
    weekend = {day for day in days if found.is_weekend(day)} - found.weekend_workdays
    return HolidayYear({day: name for day, name in found.items() if day.year == year}, frozenset(weekend))


@lru_cache(maxsize=1)
def countries() -> Mapping[str, Country]:
    """All countries by code, in the order of their codes. The first time takes a third of a second."""
    return {code: country for code in sorted(_names()) if (country := country_of(code))}


def country_of(code: str) -> Country | None:
    """The country of that code, None when there is none."""
    return _country(code) if code in _names() else None


@lru_cache(maxsize=512)
def _country(code: str) -> Country:
    found = _of_package(code)
    names: dict[str, str] = {}
    for said, subdivision in found.subdivisions_aliases.items():
        names.setdefault(subdivision, said)
    parts = tuple(Subdivision(part, names.get(part, part)) for part in found.subdivisions)
    return Country(code, _names()[code], parts, tuple(sorted(found.supported_categories)))


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    """The names of all countries by code."""
    from holidays.registry import COUNTRIES

    return {words[1]: _said(key) for key, words in COUNTRIES.items()}


def _said(key: str) -> str:
    words = key.replace("_", " ").title().split()
    return " ".join(word.lower() if word in _SMALL_WORDS else word for word in words)


def _of_package(
    country: str, subdivision: str | None = None, year: int | None = None, categories: tuple[str, ...] | None = None
) -> "HolidayBase":
    """Names are English where the package has them, else in the country's language; never in that of this machine."""
    from holidays import country_holidays

    language = _language(country)
    return country_holidays(
        country, subdivision, years=year, expand=False, language=language, categories=categories or None
    )


@lru_cache(maxsize=512)
def _language(country: str) -> str | None:
    from holidays import country_holidays

    about = country_holidays(country)
    english = [language for language in sorted(about.supported_languages) if language.startswith("en")]
    return "en_US" if "en_US" in english else next(iter(english), about.default_language)
