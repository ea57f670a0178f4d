"""What a job is: the fields a person gives, and what is refused in them."""

import math
import re
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, Literal, cast

import msgspec

from belfry.ground.errors import FieldError, Invalid
from belfry.rules.lifecycle import RetryPolicy

Priority = Literal["HIGH", "MEDIUM", "LOW"]
RANK: dict[str, int] = {"HIGH": 1, "MEDIUM": 2, "LOW": 3}
PRIORITY: dict[int, Priority] = {1: "HIGH", 2: "MEDIUM", 3: "LOW"}

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9_.-]{0,98}[a-z0-9])?")
MAX_DELAY_MS = 86_400_000
MAX_TIMEOUT_SECONDS = 30 * 86_400
MAX_JITTER_SECONDS = 86_400
MAX_MISFIRES = 1000
MOST = 1_000_000
DEEPEST = 64
"""So deep may arguments and metadata be nested."""

SURROGATES = re.compile("[\ud800-\udfff]")
COUNTS = {"tags": 50, "labels": 50, "dependencies": 100}


class Definition(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A job as it is written: what runs, when, under which policy. Also the request body that makes or edits one."""

    id: str | None = None
    name: str
    description: str = ""
    schedule: str
    timezone: str = "UTC"
    dst_gap: Literal["run", "skip"] = "run"
    dst_overlap: Literal["first", "second", "both"] = "first"
    command: str
    args: dict[str, Any] = {}
    priority: Priority = "MEDIUM"
    dependencies: list[str] = []
    retry_policy: RetryPolicy = RetryPolicy()
    enabled: bool = True
    tags: list[str] = []
    labels: dict[str, str] = {}
    timeout_seconds: float | None = None
    overlap: Literal["skip", "queue", "allow", "cancel"] = "skip"
    max_concurrency: int | None = None
    misfire: Literal["skip", "once", "all"] = "once"
    misfire_limit: int = 100
    start_at: datetime | None = None
    end_at: datetime | None = None
    max_runs: int | None = None
    jitter_seconds: float = 0
    calendar: str | None = None
    calendar_use: Literal["never", "only"] = "never"
    calendar_shift: Literal["skip", "next", "previous"] = "skip"
    metadata: dict[str, Any] = {}


def slug(name: str, otherwise: str = "job") -> str:
    """An id made from a name: lower case, words joined by hyphens, at most 60 characters, `otherwise` for none."""
    made = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60].strip("-")
    return made or otherwise


def first_free(wish: str, taken: Collection[str]) -> str:
    """The wished id, or the first of wish-2, wish-3 … that is not taken."""
    candidates = (wish if n == 1 else f"{wish}-{n}" for n in range(1, len(taken) + 2))
    return next(candidate for candidate in candidates if candidate not in taken)


def check(definition: Definition) -> None:
    """Refuse all that makes no sense by itself. Schedule, command and dependencies are checked elsewhere."""
    errors = [*_identity(definition), *_counts(definition), *_policy(definition.retry_policy)]
    errors += [*_times(definition), *_limits(definition)]
    for field in definition.__struct_fields__:
        errors += unstorable(getattr(definition, field), field)
    if errors:
        raise Invalid(*errors)


def unstorable(value: Any, path: str = "", depth: int = 0) -> Iterator[FieldError]:
    """What in a JSON value PostgreSQL can't hold, by its path: NUL, lone surrogates, NaN and infinity, deep nesting."""
    match value:
        case str():
            yield from _unstorable_text(value, path)
        case float() if not math.isfinite(value):
            yield FieldError(path, "must be a finite number", "not_finite")
        case list() | dict() if depth >= DEEPEST:
            yield FieldError(re.split(r"[.[]", path)[0], f"must not be nested more than {DEEPEST} deep", "too_deep")
        case list():
            for place, entry in enumerate(cast(list[Any], value)):
                yield from unstorable(entry, f"{path}[{place}]", depth + 1)
        case dict():
            for key, entry in cast(dict[str, Any], value).items():
                yield from _unstorable_text(key, path or "body", "a name with ")
                yield from unstorable(entry, f"{path}.{key}" if path else key, depth + 1)
        case _:
            return


def _unstorable_text(text: str, path: str, where: str = "") -> Iterator[FieldError]:
    if "\0" in text:
        yield FieldError(path, f"must not contain {where}the character NUL", "nul")
    if SURROGATES.search(text):
        yield FieldError(path, f"must not contain {where}a lone surrogate, which is no character", "surrogate")


def _identity(definition: Definition) -> list[FieldError]:
    errors: list[FieldError] = []
    if definition.id is not None and not SLUG.fullmatch(definition.id):
        errors.append(
            FieldError(
                "id", "must be 1 to 100 of a-z, 0-9, '-', '_', '.', beginning and ending with a letter or digit", "slug"
            )
        )
    if not definition.name.strip():
        errors.append(FieldError("name", "must not be empty", "empty"))
    elif len(definition.name) > 200:
        errors.append(FieldError("name", f"has {len(definition.name)} characters; at most 200 are allowed", "too_long"))
    if len(definition.description) > 10_000:
        errors.append(FieldError("description", "must have at most 10,000 characters", "too_long"))
    if any(not tag.strip() or len(tag) > 100 for tag in definition.tags):
        errors.append(FieldError("tags", "each tag must have 1 to 100 characters", "invalid"))
    if any(not key or len(key) > 100 or len(value) > 200 for key, value in definition.labels.items()):
        errors.append(FieldError("labels", "keys must have 1 to 100 characters, values at most 200", "invalid"))
    return errors


def _counts(definition: Definition) -> list[FieldError]:
    sizes = {"tags": definition.tags, "labels": definition.labels, "dependencies": definition.dependencies}
    errors = [
        FieldError(field, f"has {len(given)} entries; at most {COUNTS[field]} are allowed", "too_many")
        for field, given in sizes.items()
        if len(given) > COUNTS[field]
    ]
    if len(set(definition.dependencies)) < len(definition.dependencies):
        errors.append(FieldError("dependencies", "names a job twice", "duplicate"))
    return errors


def _policy(policy: RetryPolicy) -> list[FieldError]:
    errors: list[FieldError] = []
    if policy.type not in ("FIXED", "EXPONENTIAL", "NONE"):
        errors.append(FieldError("retry_policy.type", "must be FIXED, EXPONENTIAL or NONE", "choice"))
    if not 0 <= policy.max_retries <= 100:
        errors.append(FieldError("retry_policy.max_retries", "must be between 0 and 100", "range"))
    elif policy.type == "NONE" and policy.max_retries > 0:
        errors.append(
            FieldError(
                "retry_policy.max_retries", "must be 0 with type NONE; choose FIXED or EXPONENTIAL to retry", "conflict"
            )
        )
    for field, value in (("delay_ms", policy.delay_ms), ("max_delay_ms", policy.max_delay_ms)):
        if not 0 <= value <= MAX_DELAY_MS:
            errors.append(FieldError(f"retry_policy.{field}", f"must be between 0 and {MAX_DELAY_MS:,} ms", "range"))
    if policy.type == "EXPONENTIAL" and policy.max_delay_ms < policy.delay_ms:
        errors.append(FieldError("retry_policy.max_delay_ms", "must be at least delay_ms", "range"))
    if not 0 <= policy.jitter <= 1:
        errors.append(FieldError("retry_policy.jitter", "must be between 0 and 1, a share of the delay", "range"))
    return errors


def _times(definition: Definition) -> list[FieldError]:
    errors: list[FieldError] = []
    timeout = definition.timeout_seconds
    if timeout is not None and not 0 < timeout <= MAX_TIMEOUT_SECONDS:
        errors.append(FieldError("timeout_seconds", f"must be above 0 and at most {MAX_TIMEOUT_SECONDS:,}", "range"))
    errors += _instant("start_at", definition.start_at)
    errors += _instant("end_at", definition.end_at)
    if not errors and definition.start_at and definition.end_at and definition.end_at <= definition.start_at:
        errors.append(FieldError("end_at", "must be later than start_at", "range"))
    if not 0 <= definition.jitter_seconds <= MAX_JITTER_SECONDS:
        errors.append(FieldError("jitter_seconds", f"must be between 0 and {MAX_JITTER_SECONDS:,}", "range"))
    return errors


def _limits(definition: Definition) -> list[FieldError]:
    errors: list[FieldError] = []
    bounds = {"misfire_limit": MAX_MISFIRES, "max_concurrency": MOST, "max_runs": MOST}
    for field, most in bounds.items():
        value = getattr(definition, field)
        if value is not None and not 1 <= value <= most:
            errors.append(FieldError(field, f"must be between 1 and {most:,}", "range"))
    if definition.max_concurrency is not None and definition.overlap != "allow":
        errors.append(
            FieldError("max_concurrency", "goes with overlap allow only; leave it null or allow overlaps", "conflict")
        )
    if definition.calendar_shift != "skip" and (definition.calendar is None or definition.calendar_use == "only"):
        message = "moves what a calendar forbids: name the calendar, with calendar_use never, or choose skip"
        errors.append(FieldError("calendar_shift", message, "conflict"))
    return errors


def _instant(field: str, instant: datetime | None) -> list[FieldError]:
    if instant is None:
        return []
    if instant.tzinfo is None:
        return [FieldError(field, "must carry an offset, such as 2027-01-31T08:00:00Z", "offset")]
    if not 1900 <= instant.year <= 9000:
        return [FieldError(field, "must lie between the years 1900 and 9000", "range")]
    return []
