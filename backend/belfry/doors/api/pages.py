"""Lists, a page at a time."""

from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from litestar.params import Parameter

from belfry.ground.errors import invalid

Item = TypeVar("Item")

Number = Annotated[int, Parameter(ge=0, le=1_000_000_000, description="counts from 0")]
Size = Annotated[int, Parameter(ge=1, le=200, description="entries a page")]


@dataclass
class Paging:
    """Which page of a list is asked for."""

    page: Number = 0
    size: Size = 20


class Page(msgspec.Struct, Generic[Item]):
    """One page of a list. `total` counts all that match; where counting stopped it is only a lower bound."""

    items: list[Item]
    page: int
    size: int
    total: int
    total_is_lower_bound: bool = False


def paged(items: list[Item], asked: Paging) -> Page[Item]:
    """A page of a list that is at hand."""
    start = asked.page * asked.size
    return Page(items[start : start + asked.size], asked.page, asked.size, len(items))


def check_choices(field: str, given: str, choices: Any) -> None:
    """Refuse anything but some of these choices, parted by commas."""
    known = [str(choice) for choice in choices]
    for part in given.split(",") if given else ():
        if part not in known:
            raise invalid(field, f"{part!r} is not one of {', '.join(known)}", "choice")
