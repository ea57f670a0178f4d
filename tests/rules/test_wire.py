"""Frames: what crosses unharmed, and what is not let in."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belfry.rules.commands import NAME
from belfry.rules.wire import (
    Assign,
    CommandName,
    Finished,
    Frame,
    FromServer,
    FromWorker,
    Hello,
    Holding,
    Logged,
    Offer,
    Progress,
    Started,
    Welcome,
)

KEY = {"execution_id": 2**63 - 1, "attempt": 2**15 - 1, "fence": 7}
HELLO = {"name": "worker-1", "host": "host", "instance": "i", "capacity": 5}

FROM_WORKER = FromWorker(
    hello=Hello(**HELLO, labels={"gpu": "true"}, commands=[Offer("echo", "Echo.", {"type": "object"})]),
    started=[Started(**KEY, age_seconds=0.5)],
    finished=[Finished(**KEY, outcome="failed", error="no", reason="timeout", retry_in_seconds=3)],
    returned=[Holding(**KEY)],
    log=[Logged(**KEY, level="WARN", message="é\n\x00")],
    progress=[Progress(**KEY, done=1, total=2)],
    heartbeat=True,
    draining=True,
)
FROM_SERVER = FromServer(
    welcome=Welcome(lease_seconds=15, heartbeat_seconds=5),
    assign=[Assign(**KEY, job_id="job", command="echo", args='{"message": 1}', timeout_seconds=3, start_in_seconds=1)],
    cancel=[Holding(**KEY)],
    revoke=[Holding(**KEY)],
    drain=True,
    refused="no",
)


@pytest.mark.parametrize("frame", [FROM_WORKER, FROM_SERVER, FromWorker(), FromServer()])
def test_what_is_sent_is_what_arrives(frame: Frame) -> None:
    assert msgspec.json.decode(msgspec.json.encode(frame), type=type(frame)) == frame


def test_what_is_not_said_takes_no_room() -> None:
    assert msgspec.json.encode(FromWorker(heartbeat=True)) == b'{"heartbeat":true}'


def test_a_newer_peer_may_say_more() -> None:
    assert msgspec.json.decode(b'{"heartbeat":true,"mood":"good"}', type=FromWorker) == FromWorker(heartbeat=True)


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "a" * 101},
        {"name": "a\n"},
        {"name": "a b"},
        {"name": "-a"},
        {"name": "a\0"},
        {"host": "h" * 1001},
        {"host": "h\0"},
        {"instance": "\0"},
        {"version": "1\0"},
        {"capacity": 0},
        {"capacity": 10_001},
        {"capacity": 2**40},
        {"capacity": "5"},
        {"labels": {"a\0": "b"}},
        {"labels": {"a": "b\0"}},
        {"labels": {"a": 1}},
        {"commands": [{"name": "No Name"}]},
        {"commands": [{"name": "echo\n"}]},
        {"commands": [{"name": "echo", "description": "\0"}]},
        {"holding": [{"execution_id": -1, "attempt": 1, "fence": 1}]},
    ],
)
def test_a_hello_that_could_not_be_recorded_is_not_let_in(change: dict[str, Any]) -> None:
    assert accepted({"hello": HELLO})
    assert not accepted({"hello": HELLO | change})


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("started", {"execution_id": 2**63}),
        ("started", {"attempt": 2**15}),
        ("started", {"fence": -1}),
        ("started", {"age_seconds": -1}),
        ("started", {"age_seconds": 1e10}),
        ("finished", {"outcome": "lost"}),
        ("finished", {"duration_seconds": -0.1}),
        ("finished", {"retry_in_seconds": -1}),
        ("finished", {"result": {"no": "text"}}),
        ("log", {"level": "DEBUG"}),
        ("log", {"message": None}),
        ("progress", {"done": -1}),
        ("progress", {"total": "all"}),
        ("returned", {"attempt": None}),
    ],
)
def test_a_report_beyond_what_a_column_holds_is_not_let_in(kind: str, change: dict[str, Any]) -> None:
    assert accepted({kind: [KEY]})
    assert not accepted({kind: [KEY | change]})


@pytest.mark.parametrize("change", [{"lease_seconds": 0}, {"heartbeat_seconds": 0}, {"heartbeat_seconds": -1}])
def test_a_welcome_that_would_make_a_worker_beat_without_pause_is_no_frame(change: dict[str, float]) -> None:
    frame = {"welcome": {"lease_seconds": 15, "heartbeat_seconds": 5} | change}
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(frame), type=FromServer)


@given(st.from_regex(NAME, fullmatch=True) | st.text(max_size=70))
def test_whatever_can_be_registered_can_be_offered(name: str) -> None:
    try:
        msgspec.convert(name, CommandName)
    except msgspec.ValidationError:
        assert not NAME.fullmatch(name)
    else:
        assert NAME.fullmatch(name)


def accepted(frame: dict[str, Any]) -> bool:
    """Whether a server would read it."""
    try:
        msgspec.json.decode(msgspec.json.encode(frame), type=FromWorker)
    except msgspec.ValidationError:
        return False
    return True
