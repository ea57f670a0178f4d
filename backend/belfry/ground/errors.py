"""The tree of errors. A class's docstring is its message, filled from its keyword arguments."""

from typing import Any

import msgspec


class FieldError(msgspec.Struct, frozen=True):
    """One thing wrong with one field: where, what and how to mend it, and a stable code."""

    field: str
    message: str
    code: str


class BelfryError(Exception):
    """Something in Belfry went wrong."""

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        doc = type(self).__doc__ or BelfryError.__doc__ or ""
        super().__init__(" ".join(doc.split()).format(**facts))


class Invalid(BelfryError):
    """The input is not valid: {summary}"""

    def __init__(self, *errors: FieldError) -> None:
        self.errors = errors
        super().__init__(summary="; ".join(f"{error.field}: {error.message}" for error in errors))


class NotFound(BelfryError):
    """There is no {kind} {id!r}."""


class Conflict(BelfryError):
    """{reason}"""


class VersionConflict(BelfryError):
    """The {kind} {id!r} is at version {version} now; read it again before you change it."""


class CannotAsk(BelfryError):
    """{reason}"""


class CannotStart(BelfryError):
    """{reason}"""


def invalid(field: str, message: str, code: str = "invalid") -> Invalid:
    """The error for one wrong field."""
    return Invalid(FieldError(field, message, code))
