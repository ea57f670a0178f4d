"""Wake-ups between loops and between servers. A signal is a hint: whoever sleeps also looks by itself now and then."""

import asyncio
import logging
from collections import defaultdict
from weakref import WeakSet

import asyncpg

from belfry.ground.clock import Alarm

log = logging.getLogger(__name__)

CHANNEL = "belfry"
COALESCE_SECONDS = 0.01
RECONNECT_SECONDS = 0.2

LIFE_LOCK = 1112297042
"""The class of advisory locks that live servers hold, each under its own number."""

ANSWER_SECONDS = 10.0
"""A connection over which PostgreSQL does not answer for so long is lost; its own end gives up likewise."""

_SETTINGS = {
    "application_name": "belfry signals",
    "synchronous_commit": "off",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}

_OUTGOING = "to other servers"

_alarms: dict[str, WeakSet[Alarm]] = defaultdict(WeakSet)
_outgoing: set[str] = set()


def alarm(*topics: str) -> Alarm:
    """A new alarm that rings with any of the topics: jobs, queue, held, events, workers."""
    made = Alarm()
    for topic in topics:
        _alarms[topic].add(made)
    return made


def ring(*topics: str) -> None:
    """Ring the alarms of this process at once and those of other servers within some ten milliseconds."""
    for topic in topics:
        _ring_here(topic)
    if topics:
        _outgoing.update(topics)
        _ring_here(_OUTGOING)


def _ring_here(topic: str) -> None:
    for bell in list(_alarms[topic]):
        bell.ring()


async def carry(url: str, server_id: int, connected: asyncio.Event) -> float:
    """Carry signals to and from the other servers over a connection of its own until that is lost.

    While it stands, the connection holds the lock that tells others this server lives, and `connected` is set. The
    first signal goes out at once, then at most one NOTIFY per `COALESCE_SECONDS`; none waits for the disk. When it
    begins, every alarm rings. Answers after how many seconds to connect anew.
    """
    connection = await asyncpg.connect(url, server_settings=_SETTINGS, command_timeout=ANSWER_SECONDS)
    try:
        await _carry(connection, server_id, connected)
    finally:
        connected.clear()
        connection.terminate()
    log.warning("the connection for signals was lost")
    return RECONNECT_SECONDS


async def _carry(connection: "asyncpg.Connection[asyncpg.Record]", server_id: int, connected: asyncio.Event) -> None:
    own = await connection.fetchval("select pg_backend_pid()")
    await connection.execute("select pg_advisory_lock($1, $2)", LIFE_LOCK, server_id)

    def hear(_connection: object, pid: int, _channel: str, payload: object) -> None:
        if pid != own:
            for topic in str(payload).split(","):
                _ring_here(topic)

    await connection.add_listener(CHANNEL, hear)
    outbox = alarm(_OUTGOING)
    connection.add_termination_listener(lambda _connection: outbox.ring())
    connected.set()
    for topic in list(_alarms):
        _ring_here(topic)
    while not connection.is_closed():
        await outbox.sleep(60)
        if _outgoing:
            topics, _ = sorted(_outgoing), _outgoing.clear()
            await connection.execute("select pg_notify($1, $2)", CHANNEL, ",".join(topics))
            await asyncio.sleep(COALESCE_SECONDS)
