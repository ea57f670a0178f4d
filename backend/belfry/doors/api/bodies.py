"""Request bodies: read strictly, so that nothing is guessed, dropped or taken for something else."""

import json
from typing import Any, TypeVar, cast

import msgspec
from litestar.dto import MsgspecDTO
from litestar.openapi.spec import Reference, Schema
from litestar.typing import FieldDefinition

from belfry.doors.api.problems import misfit
from belfry.ground.errors import Invalid, invalid
from belfry.rules.definition import unstorable

T = TypeVar("T", bound=msgspec.Struct)


class Body(MsgspecDTO[T]):
    """A JSON body of this type; Invalid names the field that does not fit."""

    def decode_bytes(self, value: bytes) -> Any:
        """The body as the type says."""
        return decode(value, type(self).model_type)

    @classmethod
    def create_openapi_schema(
        cls, field_definition: FieldDefinition, handler_id: str, schema_creator: Any
    ) -> Reference | Schema:
        """The schema of the type itself, whose fields have the names that JSON gives them."""
        return schema_creator.for_field_definition(field_definition)


def decode(text: bytes, into: Any) -> Any:
    """JSON text as a value of that type. Invalid names the field at fault, `body` when it is no JSON at all."""
    try:
        return msgspec.json.decode(text or b"null", type=into)
    except msgspec.ValidationError as error:
        raise misfit(error) from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise _unstorable(text) or _no_json(error) from error


def _unstorable(text: bytes) -> Invalid | None:
    """What a body holds at fault that is JSON all the same: lone surrogates, each at its field."""
    try:
        found = [*unstorable(json.loads(text))]
    except (ValueError, RecursionError):
        return None
    return Invalid(*found) if found else None


def convert(value: Any, into: Any) -> Any:
    """A decoded value as that type; Invalid names the field at fault."""
    try:
        return msgspec.convert(value, into)
    except msgspec.ValidationError as error:
        raise misfit(error) from error


def _no_json(error: Exception) -> Invalid:
    return invalid("body", f"is no JSON: {error}", "no_json")


def merge(target: Any, patch: Any) -> Any:
    """The target after a JSON merge patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    merged: dict[str, Any] = {**cast(dict[str, Any], target)} if isinstance(target, dict) else {}
    for key, value in cast(dict[str, Any], patch).items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged
