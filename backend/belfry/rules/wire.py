"""What crosses a process border between server and worker. One frame is a JSON object of batched lists.

Instants never cross: a worker says how long ago (`age_seconds`), the server says how soon (`start_in_seconds`).
"""

from typing import Annotated, Literal

import msgspec

Level = Literal["INFO", "WARN", "ERROR"]
Id = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
AttemptNumber = Annotated[int, msgspec.Meta(ge=0, le=2**15 - 1)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=1e9)]
Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9_.:-]{0,98}[A-Za-z0-9])?\Z")]
CommandName = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_.-]{0,63}\Z")]
Text = Annotated[str, msgspec.Meta(max_length=1000, pattern=r"^[^\x00\ud800-\udfff]*\Z")]
Period = Annotated[float, msgspec.Meta(gt=0, le=86_400)]


class Frame(msgspec.Struct, omit_defaults=True, frozen=True):
    """The base of everything sent; a field that is absent has its default."""


class Holding(Frame, frozen=True):
    """One attempt and the fence that proves whose it is."""

    execution_id: Id
    attempt: AttemptNumber
    fence: Id


class Offer(Frame, frozen=True):
    """A command that a worker can carry out, with the JSON Schema of its arguments."""

    name: CommandName
    description: Text = ""
    schema: dict[str, object] = {}


class Hello(Frame, frozen=True):
    """A worker introduces itself. `instance` is new for each process; `holding` is what it still works on."""

    name: Name
    host: Text
    instance: Text
    capacity: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    labels: dict[Text, Text] = {}
    commands: list[Offer] = []
    version: Text = ""
    holding: list[Holding] = []


class Started(Holding, frozen=True):
    """An attempt began `age_seconds` ago."""

    age_seconds: Seconds = 0


class Finished(Holding, frozen=True):
    """An attempt ended `age_seconds` ago after `duration_seconds`.

    `result` is JSON text. `retry_in_seconds` is the handler's own wish for the delay of the next attempt.
    """

    outcome: Literal["succeeded", "failed", "cancelled"] = "succeeded"
    age_seconds: Seconds = 0
    duration_seconds: Seconds = 0
    result: str | None = None
    error: str | None = None
    reason: str | None = None
    retry_in_seconds: Seconds | None = None


class Logged(Holding, frozen=True):
    """One line of an attempt's log."""

    level: Level = "INFO"
    message: str = ""
    age_seconds: Seconds = 0


class Progress(Holding, frozen=True):
    """How far an attempt has come."""

    done: Annotated[float, msgspec.Meta(ge=0)] = 0
    total: Annotated[float, msgspec.Meta(ge=0)] = 0


class FromWorker(Frame, frozen=True):
    """Everything a worker can say at once."""

    hello: Hello | None = None
    started: list[Started] = []
    finished: list[Finished] = []
    returned: list[Holding] = []
    log: list[Logged] = []
    progress: list[Progress] = []
    heartbeat: bool = False
    draining: bool = False


class Assign(Holding, frozen=True):
    """An attempt to make. `args` is JSON text; `due_at` is RFC 3339, for the handler to read, not to wait for.

    `stands_for`: how many due instants it makes up for.
    """

    job_id: str = ""
    command: str = ""
    args: str = "{}"
    due_at: str = ""
    stands_for: int = 1
    timeout_seconds: float | None = None
    start_in_seconds: Seconds = 0


class Welcome(Frame, frozen=True):
    """The session is open; it must be kept alive by a heartbeat well within `lease_seconds`."""

    lease_seconds: Period
    heartbeat_seconds: Period


class FromServer(Frame, frozen=True):
    """Everything a server can say at once."""

    welcome: Welcome | None = None
    assign: list[Assign] = []
    cancel: list[Holding] = []
    revoke: list[Holding] = []
    drain: bool = False
    refused: str | None = None
