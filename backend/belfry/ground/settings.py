"""Settings: one frozen record, read once at start from the environment; command-line flags stand over it."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from belfry.ground.errors import CannotStart


@dataclass(frozen=True)
class PoolWorker:
    """One worker of the local pool: its name, the host it is said to run on, and its slots."""

    name: str
    host: str
    capacity: int


LONGEST_SECONDS = 3600
BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}

LOCAL_POOL = tuple(
    PoolWorker(f"worker-{number}", f"worker-node-{number}.local", capacity)
    for number, capacity in enumerate((5, 8, 10, 6), start=1)
)


def pool_worker(text: str) -> PoolWorker:
    """A worker written as name@host:capacity; ValueError when it isn't."""
    name = r"[A-Za-z0-9](?:[\w.-]{0,98}[A-Za-z0-9])?"
    match = re.fullmatch(rf"\s*({name})@([\w.-]{{1,253}}):(\d{{1,5}})\s*", text, re.ASCII)
    if not match or not 1 <= int(match[3]) <= 10_000:
        raise ValueError(text)
    return PoolWorker(match[1], match[2], int(match[3]))


def _pool(text: str) -> tuple[PoolWorker, ...]:
    workers = tuple(pool_worker(part) for part in text.split(","))
    if len({worker.name for worker in workers}) < len(workers):
        raise ValueError(text)
    return workers


def _path(text: str) -> Path:
    return Path(text).expanduser()


def _boolean(text: str) -> bool:
    return BOOLEANS[text.lower()]


def _database(text: str) -> str:
    if urlsplit(text).scheme not in ("postgresql", "postgres"):
        raise ValueError
    return text


def _between(read: Callable[[str], float], least: float, most: float) -> Callable[[str], float]:
    def number(text: str) -> float:
        value = read(text)
        if not least <= value <= most:
            raise ValueError(text)
        return value

    return number


@dataclass(frozen=True)
class Reader:
    """How the text of a variable is read, and what it must be for that."""

    read: Callable[[str], object]
    must_be: str


FOLDER = Reader(_path, "the path of a folder")
URL = Reader(_database, "a URL such as postgresql://user:password@host:5432/database")
HOST = Reader(str, "a host name or an address")
PORT = Reader(_between(int, 0, 65535), "a whole number between 0 and 65535")
POOL = Reader(
    _pool, "like worker-1@worker-node-1.local:5,worker-2@worker-node-2.local:8, each name once, 1 to 10,000 slots"
)
LEASE = Reader(_between(float, 3, LONGEST_SECONDS), f"a number between 3 and {LONGEST_SECONDS}")
SECONDS = Reader(_between(float, 0, LONGEST_SECONDS), f"a number between 0 and {LONGEST_SECONDS}")
HEARTBEAT = Reader(_between(float, 0.1, LONGEST_SECONDS), f"a number between 0.1 and {LONGEST_SECONDS}")
BOOLEAN = Reader(_boolean, "true or false")


@dataclass(frozen=True)
class Settings:
    """Everything that can be set. A field `x` is read from the environment variable BELFRY_X."""

    data_dir: Path = field(
        default=Path(".belfry"), metadata={"help": "folder of the embedded PostgreSQL", "reader": FOLDER}
    )
    database_url: str | None = field(
        default=None, metadata={"help": "a PostgreSQL ≥ 15 to use instead of the embedded one", "reader": URL}
    )
    postgres_bin: Path | None = field(
        default=None, metadata={"help": "folder with the programs of PostgreSQL to embed", "reader": FOLDER}
    )
    host: str = field(default="127.0.0.1", metadata={"help": "address to listen on", "reader": HOST})
    port: int = field(default=8000, metadata={"help": "port to listen on", "reader": PORT})
    pool: tuple[PoolWorker, ...] = field(
        default=LOCAL_POOL, metadata={"help": "local workers of `belfry up`, as name@host:capacity,…", "reader": POOL}
    )
    lease_seconds: float = field(
        default=15, metadata={"help": "a worker unheard for so long has lost its work", "reader": LEASE}
    )
    heartbeat_seconds: float = field(
        default=5, metadata={"help": "a worker is heard from so often", "reader": HEARTBEAT}
    )
    grace_seconds: float = field(
        default=10, metadata={"help": "at the end running work has so long to finish", "reader": SECONDS}
    )
    samples: bool = field(
        default=True, metadata={"help": "create the sample jobs at the very first start", "reader": BOOLEAN}
    )


def read(environ: Mapping[str, str] = os.environ, **flags: Any) -> Settings:
    """The settings from the environment, with flags that are not None over it. CannotStart names what is wrong."""
    given = {name: value for name, value in flags.items() if value is not None}
    for setting in fields(Settings):
        variable = f"BELFRY_{setting.name.upper()}"
        text = environ.get(variable, "").strip()
        if text and setting.name not in given:
            given[setting.name] = _value(variable, text, setting.metadata["reader"])
    settings = Settings(**given)
    if settings.heartbeat_seconds > settings.lease_seconds / 2:
        raise CannotStart(
            reason=f"BELFRY_HEARTBEAT_SECONDS is {settings.heartbeat_seconds:g}: "
            f"it must be at most half of BELFRY_LEASE_SECONDS, which is {settings.lease_seconds:g}."
        )
    return settings


def _value(variable: str, text: str, reader: Reader) -> object:
    """What the text stands for. That of a URL is not repeated in an error: it may hold a password."""
    try:
        return reader.read(text)
    except (ValueError, KeyError, RuntimeError) as error:
        shown = "" if reader is URL else f" is {text!r}: it"
        raise CannotStart(reason=f"{variable}{shown} must be {reader.must_be}.") from error
