"""Errors: the docstring is the message."""

import importlib
import pkgutil
import string
from collections.abc import Iterator

import belfry
from belfry.ground.errors import BelfryError, Conflict, FieldError, Invalid, NotFound, VersionConflict, invalid


def every_error(root: type[BelfryError]) -> Iterator[type[BelfryError]]:
    for error in root.__subclasses__():
        yield error
        yield from every_error(error)


def test_the_docstring_is_filled_with_the_facts() -> None:
    assert str(NotFound(kind="job", id="x")) == "There is no job 'x'."
    conflict = VersionConflict(kind="job", id="x", version=3)
    assert str(conflict) == "The job 'x' is at version 3 now; read it again before you change it."
    assert str(BelfryError()) == "Something in Belfry went wrong."


def test_facts_stay_as_they_are_even_with_braces_and_line_breaks() -> None:
    error = Conflict(reason="{id} is\ntaken")
    assert str(error) == "{id} is\ntaken"
    assert error.facts == {"reason": "{id} is\ntaken"}


def test_an_invalid_input_names_every_field() -> None:
    error = Invalid(FieldError("name", "must not be empty", "empty"), FieldError("args.width", "must be > 0", "range"))
    assert str(error) == "The input is not valid: name: must not be empty; args.width: must be > 0"
    assert [one.code for one in error.errors] == ["empty", "range"]


def test_one_wrong_field_is_quickly_said() -> None:
    assert invalid("name", "is taken").errors == (FieldError("name", "is taken", "invalid"),)


def test_every_error_has_a_message_of_its_own() -> None:
    for module in pkgutil.walk_packages(belfry.__path__, "belfry."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    for error in every_error(BelfryError):
        assert error.__doc__ and error.__doc__ != BelfryError.__doc__, error
        names = [name for _, name, _, _ in string.Formatter().parse(error.__doc__) if name is not None]
        assert all(name.isidentifier() for name in names), error
