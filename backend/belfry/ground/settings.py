"""Settings: one frozen record, read once at start from the environment; command-line flags stand over it."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from belfry.ground.errors import CannotStart


@dataclass(frozen=True)
class PoolWorker:
    """One worker of the local pool: its name, the host it is said to run on, and its slots."""

    name: str
    host: str
    capacity: int


LONGEST_SECONDS = 3600.0

LOCAL_POOL = tuple(
    PoolWorker(f"worker-{number}", f"worker-node-{number}.local", capacity)
    for number, capacity in enumerate((5, 8, 10, 6), start=1)
)


@dataclass(frozen=True)
class Settings:
    """Everything that can be set. A field `x` is read from the environment variable BELFRY_X."""

    data_dir: Path = field(default=Path(".belfry"), metadata={"help": "folder of the embedded PostgreSQL"})
    database_url: str | None = field(
        default=None, metadata={"help": "a PostgreSQL ≥ 15 to use instead of the embedded one"}
    )
    postgres_bin: Path | None = field(
        default=None, metadata={"help": "folder with the programs of PostgreSQL to embed"}
    )
    host: str = field(default="127.0.0.1", metadata={"help": "address to listen on"})
    port: int = field(default=8000, metadata={"help": "port to listen on"})
    pool: tuple[PoolWorker, ...] = field(
        default=LOCAL_POOL, metadata={"help": "local workers of `belfry up`, as name@host:capacity,…"}
    )
    lease_seconds: float = field(default=15, metadata={"help": "a worker unheard for so long has lost its work"})
    heartbeat_seconds: float = field(default=5, metadata={"help": "a worker is heard from so often"})
    grace_seconds: float = field(default=10, metadata={"help": "at the end running work has so long to finish"})
    samples: bool = field(default=True, metadata={"help": "create the sample jobs at the very first start"})


def read(environ: Mapping[str, str] = os.environ, **flags: Any) -> Settings:
    """The settings from the environment, with flags that are not None over it. CannotStart names what is wrong."""
    given: dict[str, Any] = {}
    for setting in fields(Settings):
        text = environ.get(f"BELFRY_{setting.name.upper()}", "").strip()
        if text:
            given[setting.name] = _convert(setting.name, text)
    given |= {name: value for name, value in flags.items() if value is not None}
    settings = Settings(**given)
    _check(settings)
    return settings


def _check(settings: Settings) -> None:
    if not 0 <= settings.port <= 65535:
        raise CannotStart(reason=f"BELFRY_PORT is {settings.port}; it must be between 0 and 65535.")
    if not 0 < settings.heartbeat_seconds <= settings.lease_seconds / 2 <= LONGEST_SECONDS:
        raise CannotStart(reason="BELFRY_HEARTBEAT_SECONDS must be above 0 and at most half of BELFRY_LEASE_SECONDS.")
    if not 0 <= settings.grace_seconds <= LONGEST_SECONDS:
        raise CannotStart(reason=f"BELFRY_GRACE_SECONDS must be between 0 and {LONGEST_SECONDS:g}.")
    names = [worker.name for worker in settings.pool]
    if len(set(names)) < len(names):
        raise CannotStart(reason="BELFRY_POOL names a worker twice.")


def _convert(name: str, text: str) -> object:
    variable = f"BELFRY_{name.upper()}"
    try:
        match name:
            case "data_dir" | "postgres_bin":
                return Path(text).expanduser()
            case "port":
                return int(text)
            case "lease_seconds" | "heartbeat_seconds" | "grace_seconds":
                return float(text)
            case "samples":
                return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}[text.lower()]
            case "pool":
                return tuple(pool_worker(part) for part in text.split(","))
            case _:
                return text
    except (ValueError, KeyError) as error:
        raise CannotStart(reason=f"{variable} is {text!r}, which makes no sense: {_expected(name)}.") from error


def _expected(name: str) -> str:
    return {
        "samples": "it must be true or false",
        "pool": "it must read like worker-1@worker-node-1.local:5,worker-2@worker-node-2.local:8",
    }.get(name, "it must be a number")


def pool_worker(text: str) -> PoolWorker:
    """A worker written as name@host:capacity; ValueError when it isn't."""
    match = re.fullmatch(r"\s*([\w.-]{1,100})@([\w.-]{1,253}):(\d{1,5})\s*", text)
    if not match or not 1 <= int(match[3]) <= 10_000:
        raise ValueError(text)
    return PoolWorker(match[1], match[2], int(match[3]))
