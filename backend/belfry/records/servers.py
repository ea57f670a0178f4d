"""Servers: which of them live. Each holds an advisory lock of its own number while connected (`signals.carry`)."""

from datetime import datetime

from belfry.records import db


async def register(host: str, pid: int, version: str, now: datetime) -> int:
    """Add a server that starts; its number."""
    rows = await db.fetch("register_server", now, host, pid, version)
    return rows[0]["id"]


async def see(server_id: int, now: datetime, tick_age: float | None, tick_lag: float | None) -> None:
    """Keep when a server was last alive, how many seconds ago its scheduler ticked, and how late for what was due."""
    await db.fetch("see_server", now, server_id, tick_age, tick_lag)


async def listing() -> list[db.Row]:
    """The servers that live."""
    return await db.fetch("list_servers")


async def forget(server_id: int) -> None:
    """Remove a server that stops."""
    await db.fetch("forget_server", server_id)
