"""Versions of what can be edited: told as an ETag, asked for by If-Match."""

from typing import Annotated

from litestar.params import HeaderParameter

from belfry.ground.errors import invalid

IfMatch = Annotated[str | None, HeaderParameter(name="If-Match", description="the version the edit starts from")]


def etag(version: int) -> str:
    """A version as an ETag."""
    return f'"{version}"'


def version_in(if_match: str | None) -> int | None:
    """The version that an If-Match header names; None when it asks for none in particular."""
    if if_match is None or if_match.strip() == "*":
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if not text.isdecimal():
        raise invalid("If-Match", 'must be a version in quotes, such as "3"', "invalid")
    return int(text)
