"""Bringing the database to this version's shape."""

import contextlib
import io
import os
from datetime import datetime
from pathlib import Path

import asyncpg

from belfry.ground.errors import CannotStart
from belfry.records import db

LOCK = 0x62656C66


def folder() -> Path:
    """Where the migrations lie: inside the installed package, or at the top of a checkout."""
    inside = Path(__file__).parents[1] / "migrations"
    return inside if inside.is_dir() else Path(__file__).parents[3] / "migrations"


async def migrate(url: str) -> None:
    """Run every migration that has not run; starters that race wait for one another. CannotStart says which failed."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("select pg_advisory_lock($1)", LOCK)
        await _forwards()
    finally:
        await connection.close()


async def _forwards() -> None:
    os.environ.setdefault("PICCOLO_CONF", "belfry.records.tables")
    from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager
    from piccolo.conf.apps import AppConfig

    said = io.StringIO()
    manager = ForwardsMigrationManager(app_name="belfry")
    with contextlib.redirect_stdout(said):
        await manager.create_migration_table()
        result = await manager.run_migrations(
            AppConfig(app_name="belfry", migrations_folder_path=str(folder()), table_classes=[])
        )
    if not result.success:
        raise CannotStart(reason=f"The database could not be migrated: {result.message}")
    await prepare_partitions(await db.now())


async def prepare_partitions(now: datetime) -> None:
    """Make the partitions of past executions that the days around `now` need."""
    await db.fetch("prepare_partitions", now)
