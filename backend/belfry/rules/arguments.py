"""Arguments against the JSON Schema they must fit, and what to say of those that don't."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice
from typing import Any, cast
from uuid import UUID

import msgspec
from jsonschema import Draft202012Validator, FormatChecker, validators
from jsonschema.exceptions import SchemaError, ValidationError
from referencing import Registry
from referencing.exceptions import Unresolvable

from belfry.ground.errors import FieldError, Invalid, invalid

MAX_ERRORS = 20
"""So many wrong fields are named at once."""

_TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "an integer",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "text",
}
_PHRASES: dict[str, tuple[str, str]] = {
    "const": ("choice", "must be {}"),
    "minimum": ("range", "must be at least {}"),
    "maximum": ("range", "must be at most {}"),
    "exclusiveMinimum": ("range", "must be above {}"),
    "exclusiveMaximum": ("range", "must be below {}"),
    "multipleOf": ("range", "must be a multiple of {}"),
    "minLength": ("too_short", "must have at least {} characters"),
    "maxLength": ("too_long", "must have at most {} characters"),
    "minItems": ("too_short", "must have at least {} items"),
    "maxItems": ("too_long", "must have at most {} items"),
    "minProperties": ("too_short", "must have at least {} entries"),
    "maxProperties": ("too_long", "must have at most {} entries"),
    "format": ("format", "must be of the format {}"),
}


def check_args(schema: dict[str, Any], args: dict[str, Any], field: str = "args") -> None:
    """Refuse arguments that do not fit the schema. Nothing is fetched to understand it.

    Raises Invalid naming up to 20 fields, such as `args.width`; `command` when the schema itself is broken.
    """
    try:
        failures = _validator(msgspec.json.encode(schema)).iter_errors(args)
        errors = list(islice(_explained(failures, field), MAX_ERRORS))
    except (SchemaError, Unresolvable, RecursionError) as error:
        why = str(error).partition("\n")[0]
        raise invalid("command", f"its arguments are described by a broken JSON Schema: {why}", "schema") from error
    if errors:
        raise Invalid(*errors)


def meant(word: str, known: Iterable[str]) -> str:
    """What was probably meant by a word that is not among the known ones, as the end of a sentence."""
    choice = sorted(known)
    close = get_close_matches(word[:64], choice, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known: {', '.join(choice[:20]) or 'none'}"


def _is_integer(_: object, value: object) -> bool:
    """1.0 is no integer here, since it is none to a Python handler either."""
    return isinstance(value, int) and not isinstance(value, bool)


def _required(_: Any, names: list[str], instance: object, __: Any) -> Iterator[ValidationError]:
    """One failure per missing name, at its own path."""
    if isinstance(instance, dict):
        yield from (ValidationError("is required", path=(name,)) for name in names if name not in instance)


def _additional(validator: Any, allowed: object, instance: Any, schema: dict[str, Any]) -> Iterator[ValidationError]:
    """One failure per name too many, at its own path."""
    if allowed is not False or "patternProperties" in schema:
        yield from Draft202012Validator.VALIDATORS["additionalProperties"](validator, allowed, instance, schema)
    elif validator.is_type(instance, "object"):
        known = schema.get("properties", {})
        for name in instance:
            if name not in known:
                yield ValidationError(f"is not known{meant(name, known)}", path=(name,))


def _has_format(wanted: type) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or msgspec.convert(value, wanted) is not None


_FORMATS_CHECKED = FormatChecker(formats=())
_FORMATS_CHECKED.checkers = {
    name: (_has_format(wanted), msgspec.ValidationError)
    for name, wanted in {"date-time": datetime, "date": date, "time": time, "duration": timedelta, "uuid": UUID}.items()
}
_NOTHING_ELSE: Registry[Any] = Registry()
_Validator = cast(
    Any,
    validators.extend(
        Draft202012Validator,
        validators={"required": _required, "additionalProperties": _additional},
        type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer),
    ),
)


@lru_cache(maxsize=1024)
def _validator(schema_text: bytes) -> Any:
    schema = msgspec.json.decode(schema_text)
    Draft202012Validator.check_schema(schema)
    return _Validator(schema, registry=_NOTHING_ELSE, format_checker=_FORMATS_CHECKED)


def _explained(failures: Iterable[ValidationError], within: str) -> Iterator[FieldError]:
    for failure in failures:
        steps = [f"[{step}]" if isinstance(step, int) else f".{step[:100]}" for step in failure.relative_path]
        field = within + "".join(steps)
        if failure.validator in ("anyOf", "oneOf"):
            yield from _explained_choice(failure, field)
        else:
            code, message = _phrase(failure)
            yield FieldError(field, message, code)


def _explained_choice(failure: Any, field: str) -> Iterator[FieldError]:
    """What is wrong in the one alternative that was clearly meant, else all the alternatives."""
    near = [error for error in failure.context if error.validator != "type" or error.relative_path]
    if len({error.relative_schema_path[0] for error in near}) == 1:
        yield from _explained(near, field)
    else:
        forms = _listed([_form(alternative) for alternative in failure.validator_value])
        yield FieldError(field, f"must be {forms}{_instead(failure.instance)}", "choice")


def _phrase(failure: Any) -> tuple[str, str]:
    """The code and the message for a keyword that is about one field."""
    keyword, wanted, instead = str(failure.validator), failure.validator_value, _instead(failure.instance)
    match keyword:
        case "required" | "additionalProperties" if failure.relative_path:
            return "required" if keyword == "required" else "unknown", failure.message
        case "type":
            return "type", f"must be {_form(failure.schema)}{instead}"
        case "enum":
            return "choice", f"must be {_listed([_short(value) for value in wanted])}{instead}"
        case "pattern":
            return "pattern", f"must match {wanted}{_hint(failure.schema)}{instead}"
        case _ if keyword in _PHRASES:
            code, phrase = _PHRASES[keyword]
            return code, f"{phrase.format(_short(wanted))}{instead}"
        case _:
            return "invalid", failure.message[:200]


def _form(schema: dict[str, Any]) -> str:
    """An alternative in words."""
    if "type" in schema:
        types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        return _listed([_TYPES[name] for name in types])
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2]
    if "required" in schema:
        return f"{{{', '.join(schema['required'])}}}"
    return _short(schema.get("const", schema.get("enum", schema)))


def _hint(schema: dict[str, Any]) -> str:
    """What else the schema says of a value that must match a pattern."""
    meaning = f" ({schema['description']})" if "description" in schema else ""
    return meaning + (f", such as {_short(schema['examples'][0])}" if schema.get("examples") else "")


def _instead(value: object) -> str:
    return "" if isinstance(value, dict | list) else f", not {_short(value)}"


def _short(value: object) -> str:
    """The value as JSON, at most 60 characters of it."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _listed(words: list[str]) -> str:
    """`a, b or c`; each word once, and at most 20 of them."""
    once = list(dict.fromkeys(words))
    *first, last = once if len(once) <= 20 else [*once[:19], f"{len(once) - 19} others"]
    return f"{', '.join(first)} or {last}" if first else last
