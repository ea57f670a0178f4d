"""What crosses a process border between server and worker. One frame is a JSON object of batched lists.

Instants never cross: a worker says how long ago (`age_seconds`), the server says how soon (`start_in_seconds`).
"""

from typing import Literal

import msgspec

Level = Literal["INFO", "WARN", "ERROR"]


class Frame(msgspec.Struct, omit_defaults=True, frozen=True):
    """The base of everything sent; a field that is absent has its default."""


class Holding(Frame):
    """One attempt and the fence that proves whose it is."""

    execution_id: int
    attempt: int
    fence: int


class Offer(Frame):
    """A command that a worker can carry out, with the JSON Schema of its arguments."""

    name: str
    description: str = ""
    schema: dict[str, object] = {}


class Hello(Frame):
    """A worker introduces itself. `instance` is new for each process; `holding` is what it still works on."""

    name: str
    host: str
    instance: str
    capacity: int
    labels: dict[str, str] = {}
    commands: list[Offer] = []
    version: str = ""
    holding: list[Holding] = []


class Started(Holding):
    """An attempt began `age_seconds` ago."""

    age_seconds: float = 0


class Finished(Holding):
    """An attempt ended `age_seconds` ago after `duration_seconds`.

    `result` is JSON text. `retry_in_seconds` is the handler's own wish for the delay of the next attempt.
    """

    outcome: Literal["succeeded", "failed", "cancelled"] = "succeeded"
    age_seconds: float = 0
    duration_seconds: float = 0
    result: str | None = None
    error: str | None = None
    reason: str | None = None
    retry_in_seconds: float | None = None


class Logged(Holding):
    """One line of an attempt's log."""

    level: Level = "INFO"
    message: str = ""
    age_seconds: float = 0


class Progress(Holding):
    """How far an attempt has come."""

    done: float = 0
    total: float = 0


class FromWorker(Frame):
    """Everything a worker can say at once."""

    hello: Hello | None = None
    started: list[Started] = []
    finished: list[Finished] = []
    returned: list[Holding] = []
    log: list[Logged] = []
    progress: list[Progress] = []
    heartbeat: bool = False
    draining: bool = False


class Assign(Holding):
    """An attempt to make. `args` is JSON text; `due_at` is RFC 3339, for the handler to read, not to wait for."""

    job_id: str = ""
    command: str = ""
    args: str = "{}"
    due_at: str = ""
    timeout_seconds: float | None = None
    start_in_seconds: float = 0


class Welcome(Frame):
    """The session is open; it must be kept alive by a heartbeat well within `lease_seconds`."""

    lease_seconds: float
    heartbeat_seconds: float


class FromServer(Frame):
    """Everything a server can say at once."""

    welcome: Welcome | None = None
    assign: list[Assign] = []
    cancel: list[Holding] = []
    revoke: list[Holding] = []
    drain: bool = False
    refused: str | None = None
