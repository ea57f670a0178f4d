"""What a job's instants become: rules as understood, clock changes, limits, jitter, and skips that go on."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from belfry.records import db

ID = "2026-11-21T12:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "ledger"

CHANGE = """
-- rule: what the schedule was understood to mean; null until this version has read it.
-- skip_since, skip_reason: the record of skips that the next one of the same reason joins.
alter table jobs
    add column rule text,
    add column dst_gap text not null default 'run' check (dst_gap in ('run', 'skip')),
    add column dst_overlap text not null default 'first' check (dst_overlap in ('first', 'second', 'both')),
    add column misfire_limit integer not null default 100 check (misfire_limit between 1 and 1000),
    add column max_concurrency integer check (max_concurrency > 0),
    add column max_runs integer check (max_runs > 0),
    add column runs integer not null default 0,
    add column jitter_seconds double precision not null default 0 check (jitter_seconds >= 0),
    add column resumed_at timestamptz,
    add column skip_since timestamptz,
    add column skip_reason text;

create index jobs_unarmed on jobs (id) where next_fire_at is null and state = 'active' and kind <> 'manual';

alter table live_executions
    add column jitter_seconds double precision,
    add column stands_for integer;
create index live_executions_overlapping on live_executions (job_id) where state = 'waiting' and reason = 'overlap';

alter table past_executions
    add column jitter_seconds double precision,
    add column stands_for integer;

create or replace view executions as
    select id, job_id, job_version, state, trigger, priority, due_at, null::timestamptz as last_due_at,
        null::integer as skipped_count, queued_at, ready_at, started_at, null::timestamptz as finished_at, command,
        args, attempt, max_attempts, attempts, worker_id, reason, progress, null::jsonb as result, null::text as error,
        cancel_requested, jitter_seconds, stands_for, labels
    from live_executions
    union all
    select id, job_id, job_version, state, trigger, priority, due_at, last_due_at,
        skipped_count, queued_at, null::timestamptz, started_at, finished_at, command, args,
        attempt, max_attempts, attempts, worker_id, reason, null::jsonb, result, error,
        false, jitter_seconds, stands_for, null::jsonb
    from past_executions;
"""


async def forwards() -> MigrationManager:
    """Keep what the ledger needs."""
    manager = MigrationManager(migration_id=ID, app_name="belfry", description=DESCRIPTION)

    async def change() -> None:
        await db.script(CHANGE)

    manager.add_raw(change)
    return manager
