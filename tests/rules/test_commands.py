"""What a signature promises to those who call it, and what is said to those who call it wrongly."""

import enum
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from belfry.author.context import Context
from belfry.ground.errors import FieldError, Invalid
from belfry.rules import commands
from belfry.rules.commands import BadCommand, Command, Registry, RetryLater, check_args, command, unknown


class Format(enum.Enum):
    JPEG = "jpeg"
    PNG = "png"


@dataclass
class Crop:
    top: int
    left: int = 0
    marks: list[str] = field(default_factory=list)


async def resize(
    ctx: Context,
    folder: str,
    width: Annotated[int, msgspec.Meta(ge=1, description="pixels")] = 800,
    format: Format = Format.JPEG,
    crop: Crop | None = None,
) -> dict[str, Any]:
    """Resize the images of a
    folder. The originals stay.

    More of it.
    """
    return {}


async def select(
    ctx: Context,
    scale: float = 1,
    mode: Literal["fast", "good"] = "fast",
    tags: tuple[str, ...] = (),
    since: date | None = None,
) -> None: ...


RESIZE = Command(resize, "resize_images")
SELECT = Command(select)


def errors(known: Command, args: dict[str, Any]) -> dict[str, str]:
    """What is said of each wrong field; the server's door and the worker must say the same."""
    with pytest.raises(Invalid) as at_the_worker:
        known.bind(args)
    assert errors_at_the_door(known.schema, args) == at_the_worker.value.errors
    return {error.field: error.message for error in at_the_worker.value.errors}


def errors_at_the_door(schema: dict[str, Any], args: dict[str, Any]) -> tuple[FieldError, ...]:
    with pytest.raises(Invalid) as at_the_door:
        check_args(schema, args)
    return at_the_door.value.errors


def test_the_schema_of_the_arguments_is_made_from_the_signature() -> None:
    schema = RESIZE.schema
    Draft202012Validator.check_schema(schema)
    assert schema["title"] == "resize_images"
    assert schema["required"] == ["folder"]
    assert schema["additionalProperties"] is False
    assert list(schema["properties"]) == ["folder", "width", "format", "crop"]
    assert schema["properties"]["width"] == {"type": "integer", "minimum": 1, "description": "pixels", "default": 800}
    assert schema["properties"]["format"]["default"] == "jpeg"
    assert RESIZE.is_async


def test_the_first_sentence_of_the_docstring_is_the_description() -> None:
    assert RESIZE.description == RESIZE.schema["description"] == "Resize the images of a folder."


def test_arguments_arrive_as_the_types_the_handler_asks_for_and_defaults_stay_its_own() -> None:
    bound = RESIZE.bind({"folder": "in", "format": "png", "crop": {"top": 3}})
    assert bound == {"folder": "in", "format": Format.PNG, "crop": Crop(top=3)}
    bound = SELECT.bind({"scale": 2, "tags": ["a", "b"], "since": "2027-01-31"})
    assert bound == {"scale": 2.0, "tags": ("a", "b"), "since": date(2027, 1, 31)}
    assert isinstance(bound["scale"], float)


def test_every_wrong_argument_is_named_at_once() -> None:
    assert errors(RESIZE, {"widht": 3, "width": 0, "format": "gif", "crop": {"top": "1", "x": 2}}) == {
        "args.folder": "is required",
        "args.widht": "is not known; did you mean 'width'?",
        "args.width": "must be at least 1, not 0",
        "args.format": 'must be "jpeg" or "png", not "gif"',
        "args.crop.top": 'must be an integer, not "1"',
        "args.crop.x": "is not known; known: left, marks, top",
    }


@pytest.mark.parametrize(
    ("argument", "value", "field", "message"),
    [
        ("scale", "big", "args.scale", 'must be a number, not "big"'),
        ("scale", True, "args.scale", "must be a number, not true"),
        ("scale", "x" * 100, "args.scale", f'must be a number, not "{"x" * 58}…'),
        ("mode", "god", "args.mode", 'must be "fast" or "good", not "god"'),
        ("tags", "a", "args.tags", 'must be a list, not "a"'),
        ("tags", ["a", 1], "args.tags[1]", "must be text, not 1"),
        ("since", 5, "args.since", "must be text or null, not 5"),
        ("since", "yesterday", "args.since", 'must be of the format "date", not "yesterday"'),
    ],
)
def test_a_wrong_argument_is_told_what_it_must_be(argument: str, value: object, field: str, message: str) -> None:
    assert errors(SELECT, {argument: value}) == {field: message}


@pytest.mark.parametrize("value", [1.0, True, None, "1"])
def test_only_a_whole_number_written_as_one_is_an_integer(value: object) -> None:
    assert list(errors(RESIZE, {"folder": "in", "width": value})) == ["args.width"]


def test_a_record_among_the_arguments_is_called_by_its_name() -> None:
    assert errors(RESIZE, {"folder": "in", "crop": []}) == {"args.crop": "must be Crop or null"}


def test_what_only_the_type_can_tell_is_refused_when_it_is_bound() -> None:
    async def at(ctx: Context, when: datetime) -> None: ...

    assert Command(at).bind({"when": "2027-01-01T00:00:00Z"}) == {"when": datetime(2027, 1, 1, tzinfo=UTC)}
    with pytest.raises(Invalid, match=r"args\.when: Invalid RFC3339"):
        Command(at).bind({"when": "soon"})


def test_a_handler_of_many_arguments_takes_them_as_one_record() -> None:
    async def crop(ctx: Context, args: Crop) -> None: ...

    whole = Command(crop)
    assert whole.bind({"top": 1, "marks": ["x"]}) == {"args": Crop(top=1, marks=["x"])}
    assert whole.schema["required"] == ["top"]
    with pytest.raises(Invalid, match=r"args\.botom: is not known"):
        whole.bind({"top": 1, "botom": 2})


def test_alternatives_are_spelled_out() -> None:
    schema = {"oneOf": [{"required": ["a", "b"]}, {"required": ["c"]}]}
    assert errors_at_the_door(schema, {"a": 1}) == (FieldError("args", "must be {a, b} or {c}", "choice"),)


def test_at_most_twenty_errors_are_told_and_they_are_found_quickly() -> None:
    began = time.monotonic()
    assert len(errors(RESIZE, {f"x{number}": 0 for number in range(100_000)})) == 20
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nonsense"},
        {"$ref": "http://127.0.0.1:9/schema"},
        {"$ref": "#"},
        {"properties": {"x": {"pattern": "("}}},
    ],
)
def test_a_schema_that_is_broken_or_reaches_out_is_the_commands_fault(schema: dict[str, Any]) -> None:
    assert [error.field for error in errors_at_the_door(schema, {"x": "y"})] == ["command"]


words = st.sampled_from(["", "x", "fast", "png", "2027-01-31"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["top", "left"]), inner, max_size=3),
    max_leaves=5,
)
names = st.sampled_from([*RESIZE.schema["properties"], *SELECT.schema["properties"], "foldr"])


@given(st.sampled_from([RESIZE, SELECT]), st.dictionaries(names, json_values, max_size=4))
def test_the_door_and_the_worker_agree_on_every_argument(known: Command, args: dict[str, Any]) -> None:
    try:
        check_args(known.schema, args)
    except Invalid:
        with pytest.raises(Invalid):
            known.bind(args)
    else:
        assert known.bind(args).keys() == args.keys()


def no_context(folder: str) -> None: ...
def nothing_at_all() -> None: ...
def untyped(ctx: Context, folder) -> None: ...
def starred(ctx: Context, *folders: str) -> None: ...
def double_starred(ctx: Context, **folders: str) -> None: ...
def positional(ctx: Context, folder: str, /) -> None: ...
def unreadable(ctx: Context, folder: str) -> None: ...
def no_json(ctx: Context, folder: object) -> None: ...
def infinite(ctx: Context, width: float = float("inf")) -> None: ...
def wrong_default(ctx: Context, width: int = "wide") -> None: ...
def Capital(ctx: Context) -> None: ...
async def generator(ctx: Context) -> AsyncIterator[int]:
    yield 1


unreadable.__annotations__["folder"] = "Nowhere"


@pytest.mark.parametrize(
    ("handler", "why"),
    [
        (no_context, "first parameter must be the context"),
        (nothing_at_all, "first parameter must be the context"),
        (untyped, "folder has no type hint"),
        (starred, r"\*folders: str can't be given by name"),
        (double_starred, r"\*\*folders: str can't be given by name"),
        (positional, "folder: str can't be given by name"),
        (unreadable, "name 'Nowhere' is not defined"),
        (no_json, "no JSON"),
        (infinite, "no JSON"),
        (wrong_default, "default of width does not fit its hint"),
        (Capital, "a name is 1 to 64 of a-z"),
        (generator, "is a generator"),
    ],
)
def test_a_function_that_can_be_no_command_is_refused_at_import(handler: Any, why: str) -> None:
    with pytest.raises(BadCommand, match=why) as refused:
        Command(handler)
    assert handler.__qualname__ in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_decorator_registers_under_the_given_or_the_functions_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Registry()
    monkeypatch.setattr(commands, "registry", own)

    @command
    def greet(ctx: Context, name: str) -> str:
        return f"Hello {name}"

    @command("greet.loudly")
    def shout(ctx: Context, name: str) -> str:
        return f"HELLO {name}"

    assert own.names == [each.name for each in own] == ["greet", "greet.loudly"]
    assert own.get("greet.loudly").handler is shout
    assert not own.get("greet").is_async


def test_a_name_can_be_taken_only_once() -> None:
    taken = Registry()
    taken.add(Command(resize))
    with pytest.raises(BadCommand, match=r"resize has that name already"):
        taken.add(Command(no_op, "resize"))
    assert taken.get("resize").handler is resize


async def no_op(ctx: Context) -> None: ...


def test_an_unknown_command_is_answered_with_the_one_that_was_meant() -> None:
    known = Registry()
    known.add(RESIZE)
    with pytest.raises(Invalid, match=r"command: there is no command 'resise_images'; did you mean 'resize_images'\?"):
        known.get("resise_images")
    assert "known: none" in str(unknown("x", []))


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf"), 86_401])
def test_a_retry_is_at_most_a_day_away(seconds: float) -> None:
    with pytest.raises(ValueError, match="0 to 86,400"):
        RetryLater(seconds)
