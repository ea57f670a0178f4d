"""What the form's fields stand for, without a browser."""

import pytest

from belfry_ui import arguments, draft

HTTP = {
    "type": "object",
    "properties": {
        "method": {"enum": ["GET", "POST"], "default": "GET"},
        "url": {"type": "string", "description": "Where to."},
        "json": {},
        "expected_status": {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": None},
        "follow": {"type": "boolean", "default": True},
    },
    "required": ["url"],
}


def test_a_schema_becomes_fields_with_the_required_ones_first() -> None:
    fields = arguments.fields(HTTP, {"url": "http://here", "expected_status": 204})
    assert [(field.name, field.kind, field.value) for field in fields] == [
        ("url", "text", "http://here"),
        ("method", "choice", "GET"),
        ("json", "any", ""),
        ("expected_status", "integer", "204"),
        ("follow", "boolean", "on"),
    ]


def test_a_form_becomes_arguments_and_leaves_out_what_is_empty() -> None:
    fields = arguments.fields(HTTP, {})
    form = {"args.url": "http://here", "args.method": "POST", "args.json": '{"k": 1}', "args.expected_status": ""}
    assert arguments.from_form(fields, form) == (
        {"url": "http://here", "method": "POST", "json": {"k": 1}, "follow": False},
        {},
    )


def test_a_field_that_cannot_be_read_is_named() -> None:
    fields = arguments.fields(HTTP, {})
    form = {"args.url": "x", "args.method": "GET", "args.json": "{\n oops}", "args.expected_status": "many"}
    _, errors = arguments.from_form(fields, form)
    assert errors["args.expected_status"] == "Must be a number."
    assert errors["args.json"].startswith("Line 2, column 2:")


@pytest.mark.parametrize("value", ["hello", "{oops", "3", 3, {"k": [1]}, None, "true", True, '"quoted"'])
def test_what_may_be_any_json_is_shown_so_that_it_reads_as_the_same(value: object) -> None:
    schema = {"properties": {"message": {}}, "required": ["message"]}
    fields = arguments.fields(schema, {"message": value})
    if value is None:
        assert fields[0].value == ""
        return
    assert arguments.from_form(fields, {"args.message": fields[0].value}) == ({"message": value}, {})


def test_a_form_that_would_hide_an_argument_is_not_drawn() -> None:
    assert arguments.is_drawable(HTTP, {"url": "x"})
    assert not arguments.is_drawable(HTTP, {"url": "x", "unknown": 1})
    assert not arguments.is_drawable({}, {})


@pytest.mark.parametrize("text", ["[1]", '"words"', "3"])
def test_arguments_are_an_object(text: str) -> None:
    with pytest.raises(arguments.Unreadable, match="JSON object"):
        arguments.from_json(text)


def a_form(**changes: str) -> dict[str, str]:
    return {
        "name": " Nightly ",
        "description": "",
        "schedule": "daily at 2 AM",
        "timezone": "",
        "command": "backup",
        "priority": "HIGH",
        "overlap": "skip",
        "misfire": "once",
        "tags": "etl, nightly,etl,",
        "timeout_seconds": "90",
        "retry_type": "EXPONENTIAL",
        "max_retries": "3",
        "delay_seconds": "1.5",
        "max_delay_seconds": "300",
        **changes,
    }


def test_the_form_is_read_as_a_definition() -> None:
    job = draft.read(a_form())
    assert job["name"] == "Nightly"
    assert job["timezone"] == "UTC"
    assert job["tags"] == ["etl", "nightly"]
    assert job["timeout_seconds"] == 90
    assert not job["enabled"]
    assert job["retry_policy"] == {"type": "EXPONENTIAL", "max_retries": 3, "delay_ms": 1500, "max_delay_ms": 300_000}


def test_no_retry_says_nothing_of_pauses() -> None:
    assert draft.read(a_form(retry_type="NONE"))["retry_policy"] == {"type": "NONE", "max_retries": 0}


def test_a_number_that_is_none_is_left_for_the_server_to_refuse() -> None:
    assert draft.read(a_form(timeout_seconds="soon"))["timeout_seconds"] == "soon"


def test_errors_go_to_their_field_and_the_rest_is_told() -> None:
    at_field, rest = draft.sort_errors({"name": "must not be empty", "args.url": "is missing", "body": "is no JSON"})
    assert at_field == {"name": "Must not be empty", "args.url": "Is missing"}
    assert rest == ["body: is no JSON"]
