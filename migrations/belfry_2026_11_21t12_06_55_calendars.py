"""Calendars, and which of them a job keeps to."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from belfry.records import db

ID = "2026-11-21T12:06:55:000000"
VERSION = "1.38.0"
DESCRIPTION = "calendars"

CHANGE = """
create table calendars (
    id text primary key,
    version integer not null default 1,
    name text not null,
    description text not null,
    definition jsonb not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create index calendars_name on calendars (lower(name), id);

alter table jobs
    add column calendar text references calendars,
    add column calendar_use text not null default 'never' check (calendar_use in ('never', 'only')),
    add column calendar_shift text not null default 'skip' check (calendar_shift in ('skip', 'next', 'previous'));
create index jobs_calendar on jobs (calendar, id) where calendar is not null;
"""


async def forwards() -> MigrationManager:
    """Create calendars, and the columns by which jobs name one."""
    manager = MigrationManager(migration_id=ID, app_name="belfry", description=DESCRIPTION)

    async def change() -> None:
        await db.script(CHANGE)

    manager.add_raw(change)
    return manager
