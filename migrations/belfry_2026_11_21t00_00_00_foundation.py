"""Jobs, live and past executions apart, the event log, workers and servers.

Written as SQL because most of it (partial and expression indexes, partitions, storage settings) has no word in Piccolo.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from belfry.records import db

ID = "2026-11-21T00:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "foundation"

SCHEMA = """
create table jobs (
    id text primary key,
    version integer not null default 1,
    name text not null,
    description text not null,
    schedule text not null,
    timezone text not null,
    kind text not null,
    command text not null,
    args jsonb not null,
    priority smallint not null check (priority between 1 and 3),
    retry_policy jsonb not null,
    state text not null check (state in ('active', 'paused', 'completed')),
    tags text[] not null,
    labels jsonb not null,
    timeout_seconds double precision check (timeout_seconds > 0),
    overlap text not null check (overlap in ('skip', 'queue', 'allow', 'cancel')),
    misfire text not null check (misfire in ('skip', 'once', 'all')),
    start_at timestamptz,
    end_at timestamptz,
    metadata jsonb not null,
    paused_reason text,
    resume_at timestamptz,
    next_fire_at timestamptz,
    last_fired_at timestamptz,
    accounted_until timestamptz,
    created_at timestamptz not null,
    updated_at timestamptz not null
) with (fillfactor = 80);
create index jobs_due on jobs (next_fire_at, id) where next_fire_at is not null;
create index jobs_resume on jobs (resume_at) where resume_at is not null;
create index jobs_name on jobs (lower(name), id);

create table job_versions (
    job_id text not null references jobs on delete cascade,
    version integer not null,
    definition jsonb not null,
    created_at timestamptz not null,
    primary key (job_id, version)
);

create table job_dependencies (
    job_id text not null references jobs on delete cascade,
    depends_on text not null references jobs on delete cascade,
    succeeded_at timestamptz,
    primary key (job_id, depends_on)
);
create index job_dependencies_of on job_dependencies (depends_on, job_id);

create sequence execution_ids;
create sequence execution_fences;

create table live_executions (
    id bigint primary key default nextval('execution_ids'),
    job_id text not null,
    job_version integer not null,
    state text not null check (state in ('waiting', 'queued', 'assigned', 'running')),
    trigger text not null check (trigger in ('schedule', 'manual', 'dependency', 'backfill', 'api')),
    priority smallint not null,
    due_at timestamptz not null,
    ready_at timestamptz not null,
    queued_at timestamptz,
    started_at timestamptz,
    command text not null,
    args jsonb not null,
    labels jsonb not null,
    timeout_seconds double precision,
    retry_policy jsonb not null,
    attempt smallint not null default 0,
    losses smallint not null default 0,
    max_attempts integer not null,
    attempts jsonb,
    worker_id text,
    fence bigint,
    cancel_requested boolean not null default false,
    progress jsonb,
    reason text,
    idempotency_key text,
    check ((state in ('assigned', 'running')) = (worker_id is not null)),
    check ((worker_id is null) = (fence is null))
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0.1);
create index live_executions_queue on live_executions (priority, ready_at, id) where state = 'queued';
create index live_executions_waiting on live_executions (job_id) where state = 'waiting';
create index live_executions_held on live_executions (fence, worker_id) where worker_id is not null;
create index live_executions_cancelled on live_executions (worker_id) where cancel_requested;
create unique index live_executions_fire
    on live_executions (job_id, due_at, (case trigger when 'schedule' then 0 else id end));

create table past_executions (
    id bigint not null,
    job_id text not null,
    job_version integer not null,
    state text not null check (state in ('succeeded', 'failed', 'cancelled', 'skipped')),
    trigger text not null,
    priority smallint not null,
    due_at timestamptz not null,
    last_due_at timestamptz,
    skipped_count integer,
    queued_at timestamptz,
    started_at timestamptz,
    finished_at timestamptz not null,
    command text not null,
    args jsonb not null,
    attempt smallint not null,
    max_attempts integer not null,
    attempts jsonb,
    worker_id text,
    reason text,
    result jsonb,
    error text,
    idempotency_key text,
    primary key (due_at, id)
) partition by range (due_at);
create index past_executions_id on past_executions (id);
create unique index past_executions_fire
    on past_executions (job_id, due_at, (case trigger when 'schedule' then 0 else id end));
create index past_executions_unsuccessful on past_executions (state, due_at, id) where state <> 'succeeded';
create index past_executions_unscheduled on past_executions (trigger, due_at, id) where trigger <> 'schedule';
create table past_executions_undated partition of past_executions default;

-- Daily partitions in UTC from the day before `around` to three days after it. A day whose rows already lie in the
-- default partition stays there.
create function prepare_past_partitions(around timestamptz) returns integer language plpgsql as $$
declare
    today constant date := (around at time zone 'UTC')::date;
    made integer := 0;
begin
    perform pg_advisory_xact_lock(hashtext('prepare_past_partitions'));
    for ahead in -1 .. 3 loop
        if to_regclass('past_executions_' || to_char(today + ahead, 'YYYYMMDD')) is null then
            begin
                execute format('create table %I partition of past_executions for values from (%L) to (%L)',
                    'past_executions_' || to_char(today + ahead, 'YYYYMMDD'),
                    (today + ahead)::timestamp at time zone 'UTC', (today + ahead + 1)::timestamp at time zone 'UTC');
                made := made + 1;
            exception when check_violation then
                raise notice 'past executions of % stay in the default partition', today + ahead;
            end;
        end if;
    end loop;
    return made;
end $$;

create view executions as
    select id, job_id, job_version, state, trigger, priority, due_at, null::timestamptz as last_due_at,
        null::integer as skipped_count, queued_at, ready_at, started_at, null::timestamptz as finished_at, command,
        args, attempt, max_attempts, attempts, worker_id, reason, progress, null::jsonb as result, null::text as error,
        cancel_requested
    from live_executions
    union all
    select id, job_id, job_version, state, trigger, priority, due_at, last_due_at,
        skipped_count, queued_at, null::timestamptz, started_at, finished_at, command, args,
        attempt, max_attempts, attempts, worker_id, reason, null::jsonb, result, error,
        false
    from past_executions;

-- One key, one run: the reply to a repeated "run now" is the execution of the first.
create table idempotency_keys (
    job_id text not null references jobs on delete cascade,
    key text not null,
    execution_id bigint not null,
    created_at timestamptz not null,
    primary key (job_id, key)
);

-- The id is taken only after the transaction has its own id, so that a reader can tell a gap that may yet be
-- filled from one that never will be (see docs/adr/0002).
create sequence event_ids;
create table events (
    id bigint primary key
        default case when pg_current_xact_id() is not null then nextval('event_ids') end,
    at timestamptz not null,
    type text not null,
    job_id text,
    execution_id bigint,
    attempt smallint,
    worker_id text,
    data jsonb not null default '{}'
);
create index events_log on events (execution_id, id)
    where type in ('execution.log', 'execution.running', 'execution.retrying', 'execution.failed', 'execution.lost');
create index events_job_log on events (job_id, id)
    where type in ('execution.log', 'execution.running', 'execution.retrying', 'execution.failed', 'execution.lost');

-- What an attempt's log reads: what its handler logged, and Belfry's own lines at its start, retry, loss and failure.
create view log_lines as
    select id, at, job_id, execution_id, attempt, worker_id,
        case type when 'execution.log' then data ->> 'level' when 'execution.running' then 'INFO'
            when 'execution.failed' then 'ERROR' else 'WARN' end as level,
        case type when 'execution.log' then data ->> 'message'
            when 'execution.running' then
                'attempt ' || attempt || ' started on ' || worker_id || ' with ' || (data ->> 'args')
            when 'execution.retrying' then
                'attempt ' || attempt || ' failed, the next follows at '
                || to_char((data ->> 'retry_at')::timestamptz at time zone 'UTC', 'HH24:MI:SS "UTC"') || ': '
                || (data ->> 'error')
            when 'execution.lost' then 'attempt ' || attempt || ' was lost: ' || (data ->> 'error')
            else coalesce('failed: ' || (data ->> 'error'), 'failed: ' || (data ->> 'reason'), 'failed') end as message
    from events
    where type in ('execution.log', 'execution.running', 'execution.retrying', 'execution.failed', 'execution.lost');

create table servers (
    id integer generated always as identity primary key,
    host text not null,
    pid integer not null,
    version text not null,
    started_at timestamptz not null,
    seen_at timestamptz not null,
    tick_at timestamptz,
    tick_lag_seconds double precision
) with (fillfactor = 50);

create sequence worker_sessions;
create table workers (
    id text primary key,
    host text not null,
    state text not null check (state in ('online', 'draining', 'offline')),
    capacity integer not null check (capacity between 1 and 10000),
    capacity_override integer check (capacity_override between 1 and 10000),
    drained boolean not null default false,
    labels jsonb not null,
    commands text[] not null,
    version text not null,
    instance text not null,
    session bigint not null,
    server_id integer not null,
    lease_until timestamptz not null,
    last_heartbeat_at timestamptz not null,
    joined_at timestamptz not null
) with (fillfactor = 50);

create table commands (
    name text primary key,
    description text not null,
    schema json not null,
    updated_at timestamptz not null
);

create table facts (
    key text primary key,
    value text not null
);
"""


async def forwards() -> MigrationManager:
    """Create everything."""
    manager = MigrationManager(migration_id=ID, app_name="belfry", description=DESCRIPTION)

    async def create() -> None:
        await db.script(SCHEMA)

    manager.add_raw(create)
    return manager
