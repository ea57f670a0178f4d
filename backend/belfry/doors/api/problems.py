"""What went wrong, told as RFC 9457 problem details that name the field and the remedy."""

import logging
import re
import secrets
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, SerializationException, ValidationException

from belfry.ground.errors import BelfryError, CannotStart, Conflict, FieldError, Invalid, NotFound, VersionConflict
from belfry.records.db import UNREACHABLE

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "a string",
    "bool": "true or false",
    "object": "an object",
    "array": "an array",
}

STATUS: dict[type[BelfryError], int] = {
    Invalid: 422,
    NotFound: 404,
    Conflict: 409,
    VersionConflict: 412,
    CannotStart: 503,
}


class Problem(msgspec.Struct, kw_only=True):
    """A refusal or a fault. `errors` names each wrong field; `id` marks a fault of Belfry's own in its log."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldError] = []
    id: str | None = None


def problem(status: int, detail: str, *errors: FieldError, fault: str | None = None) -> Response[Problem]:
    """The answer with this status."""
    told = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=list(errors), id=fault)
    return Response(told, status_code=status, media_type=MEDIA_TYPE)


def refuse(_: Request[Any, Any, Any], error: BelfryError) -> Response[Problem]:
    """The answer to one of Belfry's own errors."""
    errors = error.errors if isinstance(error, Invalid) else ()
    status = next((status for kind, status in STATUS.items() if isinstance(error, kind)), 400)
    if errors and all(wrong.code == "no_json" for wrong in errors):
        status = 400
    return problem(status, str(error), *errors)


def refuse_parameters(_: Request[Any, Any, Any], error: ValidationException) -> Response[Problem]:
    """The answer to parameters of a wrong form."""
    found: list[Any] = error.extra if isinstance(error.extra, list) else []
    errors = [_parameter(told.get("key", "data"), told["message"]) for told in found]
    return problem(422, "; ".join(f"{wrong.field}: {wrong.message}" for wrong in errors) or error.detail, *errors)


def refuse_request(request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    """The answer to what the framework refuses: no such path, no such method."""
    details = {
        404: f"There is nothing at {request.url.path}.",
        405: f"{request.method} is not possible at {request.url.path}.",
    }
    wrong = [FieldError("body", "is no JSON", "no_json")] if isinstance(error.__cause__, SerializationException) else []
    answer = problem(error.status_code, details.get(error.status_code, error.detail), *wrong)
    if error.headers:
        answer.headers.update(error.headers)
    return answer


def admit(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """The answer to a fault of Belfry's own, with an id under which the log has the rest."""
    if isinstance(error, UNREACHABLE):
        log.warning("%s %s: the database cannot be reached: %s", request.method, request.url.path, error)
        return problem(503, "The database cannot be reached right now; try again.")
    fault = secrets.token_hex(6)
    log.error("fault %s at %s %s", fault, request.method, request.url.path, exc_info=error)
    return problem(500, f"Belfry failed at this; its log has more under {fault}.", fault=fault)


def misfit(error: msgspec.ValidationError) -> Invalid:
    """What the types of a body refuse, at the field it is about."""
    message, _, path = str(error).partition(" - at `$")
    field = path.rstrip("`").lstrip(".")
    if unknown := re.fullmatch(r"Object contains unknown field `(.*)`", message, re.DOTALL):
        return Invalid(FieldError(_joined(field, unknown[1]), "is not a field here; leave it out", "unknown"))
    if missing := re.fullmatch(r"Object missing required field `(.*)`", message, re.DOTALL):
        return Invalid(FieldError(_joined(field, missing[1]), "is required", "required"))
    return Invalid(FieldError(field or "body", plain(message), "invalid"))


def plain(message: str) -> str:
    """A complaint of msgspec in the words of JSON."""
    said = message.replace("`", "").replace("Expected", "must be", 1).replace(", got", ", not", 1)
    return re.sub(r"\b(int|float|str|bool|object|array)\b", lambda found: WORDS[found[0]], said)


def _parameter(name: str, message: str) -> FieldError:
    if name != "data":
        return FieldError(name, plain(message), "invalid")
    if message == "'data'":
        return FieldError("body", "is required: send a JSON object", "required")
    return FieldError("body", plain(message), "invalid")


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


HANDLERS: dict[Any, Any] = {
    BelfryError: refuse,
    ValidationException: refuse_parameters,
    HTTPException: refuse_request,
    Exception: admit,
}
