"""A command's arguments as fields of a form, drawn from its JSON Schema, or as JSON."""

import dataclasses
import json
from typing import Any

PREFIX = "args."


@dataclasses.dataclass
class Argument:
    """One field of the form. `kind` is text, number, integer, boolean, choice, json or any."""

    name: str = ""
    field: str = ""
    kind: str = "text"
    hint: str = ""
    value: str = ""
    required: bool = False
    choices: list[str] = dataclasses.field(default_factory=list)


class Unreadable(Exception):
    """Text that is no JSON object; the message says where."""


def fields(schema: dict[str, Any], args: dict[str, Any]) -> list[Argument]:
    """The fields of a schema, filled with these arguments; required ones first."""
    required = schema.get("required", ())
    drawn = [_field(name, _simple(prop), name in required, args) for name, prop in schema.get("properties", {}).items()]
    return sorted(drawn, key=lambda argument: not argument.required)


def is_drawable(schema: dict[str, Any], args: dict[str, Any]) -> bool:
    """Whether a form shows everything there is to these arguments."""
    return bool(schema.get("properties")) and set(args) <= set(schema["properties"])


def from_form(drawn: list[Argument], form: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The arguments that were filled in, and what cannot be read, by field. Empty optional ones are left out."""
    args: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for argument in drawn:
        text = str(form.get(argument.field, ""))
        if argument.kind == "boolean":
            args[argument.name] = argument.field in form
        elif text or argument.required:
            try:
                args[argument.name] = _value(argument.kind, text)
            except ValueError as problem:
                errors[argument.field] = str(problem)
    return args, errors


def from_json(text: str) -> dict[str, Any]:
    """The arguments of a JSON text. Raises Unreadable with line and column."""
    try:
        args = json.loads(text or "{}")
    except json.JSONDecodeError as problem:
        raise Unreadable(f"Line {problem.lineno}, column {problem.colno}: {problem.msg}.") from problem
    if not isinstance(args, dict):
        raise Unreadable("Arguments are a JSON object: { … }.")
    return args


def to_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _simple(prop: dict[str, Any]) -> dict[str, Any]:
    """A property without its alternative of null."""
    others = [option for option in prop.get("anyOf", ()) if option.get("type") != "null"]
    return {**prop, **others[0]} if len(others) == 1 else prop


def _field(name: str, prop: dict[str, Any], required: bool, args: dict[str, Any]) -> Argument:
    kind = _kind(prop)
    value = args.get(name, prop.get("default"))
    return Argument(
        name=name,
        field=PREFIX + name,
        kind=kind,
        hint=prop.get("description", ""),
        value=_text(kind, value),
        required=required,
        choices=[str(choice) for choice in prop.get("enum", ())],
    )


def _kind(prop: dict[str, Any]) -> str:
    if "enum" in prop and all(isinstance(choice, str) for choice in prop["enum"]):
        return "choice"
    kinds = {"string": "text", "number": "number", "integer": "integer", "boolean": "boolean"}
    if not {"type", "anyOf", "allOf", "oneOf", "$ref", "enum", "const"} & set(prop):
        return "any"
    named = prop.get("type")
    return kinds.get(named, "json") if isinstance(named, str) else "json"


def _text(kind: str, value: Any) -> str:
    if value is None:
        return ""
    if kind in ("text", "choice"):
        return value if isinstance(value, str) else json.dumps(value)
    if kind == "boolean":
        return "on" if value else ""
    if kind == "any" and isinstance(value, str) and _is_plain(value):
        return value
    return to_json(value)


def _is_plain(text: str) -> bool:
    """Whether the text stands for itself where any JSON may stand."""
    try:
        return _any(text) == text
    except ValueError:
        return False


def _value(kind: str, text: str) -> Any:
    if kind in ("text", "choice"):
        return text
    if kind == "integer":
        return _number(text, int)
    if kind == "number":
        return _number(text, lambda digits: int(digits) if digits.lstrip("-").isdigit() else float(digits))
    return _any(text) if kind == "any" else _json(text)


def _number(text: str, read: Any) -> Any:
    try:
        return read(text.strip())
    except ValueError:
        raise ValueError("Must be a number.") from None


def _any(text: str) -> Any:
    """The JSON that the text is; one that does not even look like some is a string."""
    if text.lstrip().startswith(("{", "[", '"')):
        return _json(text)
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as problem:
        raise ValueError(f"Line {problem.lineno}, column {problem.colno}: {problem.msg}.") from None
