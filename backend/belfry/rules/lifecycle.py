"""The life of an execution: its states, the moves between them, and what follows a failed attempt."""

from enum import StrEnum

import msgspec


class State(StrEnum):
    """Where an execution is."""

    WAITING = "waiting"
    QUEUED = "queued"
    ASSIGNED = "assigned"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


FINAL = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED, State.SKIPPED})
LIVE = frozenset(State) - FINAL
HELD = frozenset({State.ASSIGNED, State.RUNNING})

MOVES: dict[str, tuple[frozenset[State], State]] = {
    "release": (frozenset({State.WAITING}), State.QUEUED),
    "assign": (frozenset({State.QUEUED}), State.ASSIGNED),
    "start": (frozenset({State.ASSIGNED}), State.RUNNING),
    "succeed": (HELD, State.SUCCEEDED),
    "fail": (HELD, State.FAILED),
    "retry": (HELD, State.QUEUED),
    "lose": (HELD, State.QUEUED),
    "give_up": (HELD, State.FAILED),
    "return": (frozenset({State.ASSIGNED}), State.QUEUED),
    "skip": (frozenset({State.WAITING, State.QUEUED}), State.SKIPPED),
    "cancel": (LIVE, State.CANCELLED),
}
"""Every move there is: event → (states it may leave, the state it reaches)."""


class Trigger(StrEnum):
    """Why an execution exists."""

    SCHEDULE = "schedule"
    MANUAL = "manual"
    DEPENDENCY = "dependency"
    BACKFILL = "backfill"
    API = "api"


class Outcome(StrEnum):
    """How one attempt ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"


LOSSES_ALLOWED = 20
"""An execution lost so often fails: it may be what kills its workers."""


class RetryPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What follows a failed attempt. Delays in milliseconds, `jitter` as a share of the delay (0 to 1)."""

    type: str = "NONE"
    max_retries: int = 0
    delay_ms: int = 1000
    max_delay_ms: int = 300_000
    jitter: float = 0


def backoff(policy: RetryPolicy, failure: int, chance: float = 0.0) -> float:
    """Seconds from failure number `failure` (from 1) to the next attempt.

    FIXED waits `delay_ms` each time; EXPONENTIAL doubles it up to `max_delay_ms`. `chance` in [0, 1)
    says how much of the jitter, which only lengthens a delay, is taken; the cap of EXPONENTIAL holds all the same.
    """
    delay = float(policy.delay_ms)
    if policy.type == "EXPONENTIAL":
        delay = min(delay * 2.0 ** min(failure - 1, 60), policy.max_delay_ms)
    delay *= 1 + policy.jitter * chance
    if policy.type == "EXPONENTIAL":
        delay = min(delay, policy.max_delay_ms)
    return delay / 1000


def retry_after(policy: RetryPolicy, attempt: int, losses: int, chance: float = 0.0) -> float | None:
    """Seconds until the attempt after a failed one, or None when its retries are used up.

    A lost attempt took a number but uses up no retry.
    """
    failures = attempt - losses
    if policy.type == "NONE" or failures > policy.max_retries:
        return None
    return backoff(policy, failures, chance)


def diagram() -> str:
    """The moves as a Mermaid state diagram, in a stable order."""
    lines = ["stateDiagram-v2", "    [*] --> waiting", "    [*] --> queued"]
    for event, (origins, target) in MOVES.items():
        lines += [f"    {origin} --> {target}: {event}" for origin in State if origin in origins]
    lines += [f"    {state} --> [*]" for state in State if state in FINAL]
    return "\n".join(lines)
