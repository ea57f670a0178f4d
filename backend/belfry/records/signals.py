"""Wake-ups between loops and between servers. A signal is a hint: whoever sleeps also looks by itself now and then."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from weakref import WeakSet

import asyncpg

from belfry.ground.clock import Alarm

log = logging.getLogger(__name__)

CHANNEL = "belfry"
COALESCE_SECONDS = 0.01
RECONNECT_SECONDS = 1.0

_alarms: dict[str, WeakSet[Alarm]] = defaultdict(WeakSet)
_outgoing: set[str] = set()
_outbox = Alarm()


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
        _outbox.ring()


def _ring_here(topic: str) -> None:
    for bell in list(_alarms[topic]):
        bell.ring()


async def carry(url: str) -> None:
    """Carry signals to and from the other servers, for ever, over one connection of its own.

    The first goes out at once, then at most one NOTIFY per `COALESCE_SECONDS`; the connection commits
    asynchronously, so none waits for the disk. A lost connection is made anew; every alarm rings then.
    """
    while True:
        try:
            connection = await asyncpg.connect(url, server_settings={"synchronous_commit": "off"})
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            log.warning("no connection for signals, trying again: %s", error)
            await asyncio.sleep(RECONNECT_SECONDS)
            continue
        try:
            await _carry(connection)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("the connection for signals was lost: %s", error)
        finally:
            with contextlib.suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await connection.close(timeout=1)


async def _carry(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    own = await connection.fetchval("select pg_backend_pid()")

    def hear(_connection: object, pid: int, _channel: str, payload: object) -> None:
        if pid != own:
            for topic in str(payload).split(","):
                _ring_here(topic)

    await connection.add_listener(CHANNEL, hear)
    connection.add_termination_listener(lambda _connection: _outbox.ring())
    for topic in list(_alarms):
        _ring_here(topic)
    while not connection.is_closed():
        await _outbox.sleep(60)
        topics, _ = sorted(_outgoing), _outgoing.clear()
        await connection.execute("select pg_notify($1, $2)", CHANNEL, ",".join(topics))
        await asyncio.sleep(COALESCE_SECONDS)
