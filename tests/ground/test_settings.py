"""Settings: read from the environment, refused by name."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from belfry.ground import settings
from belfry.ground.errors import CannotStart
from belfry.ground.settings import LOCAL_POOL, PoolWorker, Settings


def read(**variables: str) -> Settings:
    return settings.read({f"BELFRY_{name.upper()}": text for name, text in variables.items()})


def test_nothing_given_is_the_default() -> None:
    assert read() == Settings()
    assert read(port="", pool="  ") == Settings()


def test_the_local_pool_has_four_workers() -> None:
    assert [(worker.name, worker.host, worker.capacity) for worker in LOCAL_POOL] == [
        ("worker-1", "worker-node-1.local", 5),
        ("worker-2", "worker-node-2.local", 8),
        ("worker-3", "worker-node-3.local", 10),
        ("worker-4", "worker-node-4.local", 6),
    ]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("data_dir", "/var/lib/belfry", Path("/var/lib/belfry")),
        ("data_dir", "~/belfry", Path.home() / "belfry"),
        ("database_url", "postgresql://me@db/belfry", "postgresql://me@db/belfry"),
        ("postgres_bin", "/usr/bin", Path("/usr/bin")),
        ("host", "0.0.0.0", "0.0.0.0"),
        ("port", " 0 ", 0),
        ("pool", "a@one:1, b@two.example:10000", (PoolWorker("a", "one", 1), PoolWorker("b", "two.example", 10_000))),
        ("lease_seconds", "60", 60.0),
        ("heartbeat_seconds", "0.5", 0.5),
        ("grace_seconds", "0", 0.0),
        ("samples", "No", False),
        ("samples", "1", True),
    ],
)
def test_a_variable_says_what_its_setting_is(name: str, text: str, value: object) -> None:
    assert getattr(read(**{name: text}), name) == value


def test_every_setting_has_a_variable() -> None:
    texts: dict[str, str] = {
        "data_dir": "/d",
        "database_url": "postgres://h/d",
        "postgres_bin": "/b",
        "host": "::",
        "port": "1",
        "pool": "x@y:3",
        "lease_seconds": "30",
        "heartbeat_seconds": "7",
        "grace_seconds": "1",
        "samples": "false",
    }
    given, default = read(**texts), Settings()
    assert [each.name for each in fields(Settings) if getattr(given, each.name) == getattr(default, each.name)] == []


@pytest.mark.parametrize(
    ("name", "text", "must_be"),
    [
        ("port", "http", "a whole number between 0 and 65535"),
        ("port", "65536", "a whole number between 0 and 65535"),
        ("port", "-1", "a whole number between 0 and 65535"),
        ("port", "80.0", "a whole number between 0 and 65535"),
        ("lease_seconds", "nan", "a number between 3 and 3600"),
        ("lease_seconds", "inf", "a number between 3 and 3600"),
        ("lease_seconds", "-5", "a number between 3 and 3600"),
        ("heartbeat_seconds", "0", "a number between 0.1 and 3600"),
        ("grace_seconds", "-1", "a number between 0 and 3600"),
        ("grace_seconds", "soon", "a number between 0 and 3600"),
        ("samples", "perhaps", "true or false"),
        ("data_dir", "~nobody-of-that-name/x", "the path of a folder"),
        ("pool", "worker-1", "like worker-1@"),
        ("pool", "a@h:0", "1 to 10,000 slots"),
        ("pool", "a@h:10001", "1 to 10,000 slots"),
        ("pool", "a@h:5,", "like worker-1@"),
        ("pool", "-a@h:5", "like worker-1@"),
        ("pool", "aéb@h:5", "like worker-1@"),
        ("pool", "a@h:٥", "like worker-1@"),
        ("pool", "a@h:5,a@g:5", "each name once"),
    ],
)
def test_what_makes_no_sense_is_refused_by_the_name_of_its_variable(name: str, text: str, must_be: str) -> None:
    with pytest.raises(CannotStart) as refused:
        read(**{name: text})
    assert str(refused.value).startswith(f"BELFRY_{name.upper()} is {text!r}: it must be ")
    assert must_be in str(refused.value)


@pytest.mark.parametrize(
    "text", ["me:secret@db/belfry", "mysql://me:secret@db/belfry", "secret", "postgresql://[secret"]
)
def test_a_bad_database_url_is_refused_without_repeating_its_password(text: str) -> None:
    with pytest.raises(CannotStart, match=r"^BELFRY_DATABASE_URL must be a URL such as postgresql://") as refused:
        read(database_url=text)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("given", [{"heartbeat_seconds": "8"}, {"lease_seconds": "9"}])
def test_a_heartbeat_comes_at_least_twice_in_a_lease(given: dict[str, str]) -> None:
    with pytest.raises(CannotStart, match=r"BELFRY_HEARTBEAT_SECONDS is .* at most half of BELFRY_LEASE_SECONDS"):
        read(**given)


def test_a_flag_stands_over_its_variable_even_over_a_bad_one() -> None:
    given: dict[str, Any] = {"port": 9000, "host": None, "pool": ()}
    made = settings.read({"BELFRY_PORT": "nonsense", "BELFRY_HOST": "::1", "BELFRY_POOL": "a@b:1"}, **given)
    assert (made.port, made.host, made.pool) == (9000, "::1", ())
