"""The commands every worker has, run as a job author would run them in a test."""

from typing import Any

import pytest

from belfry.author.builtins import registry
from belfry.author.testing import run
from belfry.ground.errors import Invalid


def test_every_worker_has_the_same_commands_each_with_a_sentence() -> None:
    built_in = {"api_call", "backup", "calculate", "curl", "data_processing", "default", "echo", "http", "sleep"}
    assert built_in <= set(registry.names)
    assert all(registry.get(name).description for name in built_in)


@pytest.mark.parametrize("message", ["Hello", "", 5, None, {"a": [1, None, "ü"]}])
def test_echo_returns_its_message_whatever_json_it_is(message: Any) -> None:
    assert run("echo", {"message": message}).result == {"message": message}


def test_default_logs_its_payload() -> None:
    assert run("default", {"payload": "Hello"}).logs == [("INFO", "Hello")]
    assert run("default", {"payload": {"größe": [1, None]}}).logs == [("INFO", '{"größe": [1, null]}')]
    assert run("default", {}).logs == [("INFO", "null")]


def test_sleep_takes_no_longer_than_it_is_told() -> None:
    assert run("sleep", {"seconds": 0}).result == {"seconds": 0}


@pytest.mark.parametrize("seconds", [-1, 86_401, "1", None, True])
def test_sleep_refuses_what_is_no_length_of_time(seconds: Any) -> None:
    error = run("sleep", {"seconds": seconds}).error
    assert isinstance(error, Invalid)
    assert [each.field for each in error.errors] == ["args.seconds"]


@pytest.mark.parametrize(
    ("command", "args", "result"),
    [
        ("api_call", {"endpoint": "https://a.example/x"}, {"endpoint": "https://a.example/x", "status": 200}),
        ("data_processing", {"batch_size": 7, "batches": 3}, {"records": 21}),
        ("backup", {"source": "files"}, {"source": "files", "stages": 4}),
    ],
)
def test_a_simulation_says_so_logs_and_makes_progress_to_the_end(
    command: str, args: dict[str, Any], result: dict[str, Any]
) -> None:
    outcome = run(command, args | {"seconds": 0})
    assert outcome.error is None
    assert outcome.result.items() >= (result | {"simulated": True}).items()
    assert outcome.logs[0][1].endswith("(simulated)")
    assert [done for done, _ in outcome.progress] == list(range(1, len(outcome.progress) + 1))
    assert outcome.progress[-1][0] == outcome.progress[-1][1]


def test_a_simulation_needs_no_arguments() -> None:
    for name in ("api_call", "data_processing", "backup"):
        assert registry.get(name).bind({}) == {}
