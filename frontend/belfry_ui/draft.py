"""A job as it is being written: what the form holds, and the definition it stands for."""

from typing import Any

FIELDS = (
    "id",
    "name",
    "description",
    "schedule",
    "timezone",
    "dst_gap",
    "dst_overlap",
    "command",
    "args",
    "priority",
    "dependencies",
    "retry_policy",
    "enabled",
    "tags",
    "labels",
    "timeout_seconds",
    "overlap",
    "max_concurrency",
    "misfire",
    "misfire_limit",
    "start_at",
    "end_at",
    "max_runs",
    "jitter_seconds",
    "calendar",
    "calendar_use",
    "calendar_shift",
    "metadata",
)
BLANK: dict[str, Any] = {
    "name": "",
    "description": "",
    "schedule": "",
    "timezone": "UTC",
    "command": "",
    "args": {},
    "priority": "MEDIUM",
    "dependencies": [],
    "retry_policy": {"type": "NONE", "max_retries": 0, "delay_ms": 1000, "max_delay_ms": 300_000, "jitter": 0},
    "enabled": True,
    "tags": [],
    "timeout_seconds": None,
    "overlap": "skip",
    "misfire": "once",
    "dst_gap": "run",
    "dst_overlap": "first",
    "max_runs": None,
    "jitter_seconds": 0,
    "calendar": None,
    "calendar_use": "never",
    "calendar_shift": "skip",
}
UNSHOWN = ("enabled", "labels", "start_at", "end_at", "max_concurrency", "misfire_limit", "metadata")
CHOICES = ("priority", "overlap", "misfire", "dst_gap", "dst_overlap", "calendar_use", "calendar_shift")
POLICY = ("type", "max_retries", "delay_ms", "max_delay_ms")
SHOWN = {*FIELDS, *(f"retry_policy.{name}" for name in POLICY)} - {*UNSHOWN}


def definition(job: dict[str, Any]) -> dict[str, Any]:
    """The fields of a job that a person gives."""
    return {name: job[name] for name in FIELDS if name in job}


def clone(job: dict[str, Any]) -> dict[str, Any]:
    """The definition of a new job that does the same."""
    return {**definition(job), "id": None, "name": f"{job['name']} (copy)"}


def read(form: dict[str, Any]) -> dict[str, Any]:
    """What the form's own fields say; numbers that cannot be read are left for the server to refuse by name."""
    retries = {
        "type": form["retry_type"],
        "max_retries": number(form.get("max_retries", "0")),
        "delay_ms": _milliseconds(form.get("delay_seconds", "1")),
        "max_delay_ms": _milliseconds(form.get("max_delay_seconds", "300")),
    }
    if retries["type"] == "NONE":
        retries = {"type": "NONE", "max_retries": 0}
    timeout = form.get("timeout_seconds", "").strip()
    calendar = form.get("calendar", "")
    return {
        **{name: form[name].strip() for name in ("name", "description", "schedule", "timezone", "command")},
        **{name: form[name] for name in CHOICES if name in form},
        "calendar": calendar or None,
        **({} if calendar else {"calendar_use": "never", "calendar_shift": "skip"}),
        "max_runs": number(runs) if (runs := form.get("max_runs", "").strip()) else None,
        "jitter_seconds": number(form.get("jitter_seconds", "").strip() or "0"),
        "timezone": form["timezone"].strip() or "UTC",
        "tags": list(dict.fromkeys(tag for part in form["tags"].split(",") if (tag := part.strip()))),
        "timeout_seconds": number(timeout) if timeout else None,
        "enabled": "enabled" in form,
        "retry_policy": retries,
    }


def number(text: str) -> Any:
    """The number a text says, or the text itself."""
    try:
        value = float(text)
    except ValueError:
        return text
    return int(value) if value.is_integer() else value


def sort_errors(errors: dict[str, str]) -> tuple[dict[str, str], list[str]]:
    """The errors that have a field on the form, and the rest as sentences."""
    at_field: dict[str, str] = {}
    rest: list[str] = []
    for field, message in errors.items():
        sentence = message[:1].upper() + message[1:]
        if field in SHOWN or field.startswith("args."):
            at_field[field] = sentence
        else:
            rest.append(f"{field}: {message}" if field else sentence)
    return at_field, rest


def _milliseconds(text: str) -> Any:
    seconds = number(text)
    return seconds if isinstance(seconds, str) else round(seconds * 1000)
