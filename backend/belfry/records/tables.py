"""The tables as Piccolo sees them. The migrations make them; a test compares the two."""

from piccolo.columns import (
    JSONB,
    Array,
    BigInt,
    Boolean,
    DoublePrecision,
    Integer,
    SmallInt,
    Text,
    Timestamptz,
)
from piccolo.table import Table

from belfry.records.db import engine as DB


class Job(Table, tablename="jobs", db=DB):
    """A job: its definition as it is now, and where its schedule stands."""

    id = Text(primary_key=True, default=None)
    version = Integer(default=1)
    name = Text()
    description = Text()
    schedule = Text()
    rule = Text(null=True, default=None)
    timezone = Text()
    dst_gap = Text(default="run")
    dst_overlap = Text(default="first")
    kind = Text()
    command = Text()
    args = JSONB()
    priority = SmallInt()
    retry_policy = JSONB()
    state = Text()
    tags = Array(base_column=Text())
    labels = JSONB()
    timeout_seconds = DoublePrecision(null=True, default=None)
    overlap = Text()
    max_concurrency = Integer(null=True, default=None)
    misfire = Text()
    misfire_limit = Integer(default=100)
    max_runs = Integer(null=True, default=None)
    runs = Integer(default=0)
    jitter_seconds = DoublePrecision(default=0.0)
    start_at = Timestamptz(null=True, default=None)
    end_at = Timestamptz(null=True, default=None)
    metadata = JSONB()
    calendar = Text(null=True, default=None)
    calendar_use = Text(default="never")
    calendar_shift = Text(default="skip")
    paused_reason = Text(null=True, default=None)
    resume_at = Timestamptz(null=True, default=None)
    resumed_at = Timestamptz(null=True, default=None)
    skip_since = Timestamptz(null=True, default=None)
    skip_reason = Text(null=True, default=None)
    next_fire_at = Timestamptz(null=True, default=None)
    last_fired_at = Timestamptz(null=True, default=None)
    accounted_until = Timestamptz(null=True, default=None)
    created_at = Timestamptz(default=None)
    updated_at = Timestamptz(default=None)


class JobVersion(Table, tablename="job_versions", db=DB):
    """A job's definition as it once was. Never changed."""

    job_id = Text(primary_key=True, default=None)
    version = Integer()
    definition = JSONB()
    created_at = Timestamptz(default=None)


class Calendar(Table, tablename="calendars", db=DB):
    """A calendar; `definition` holds all that it covers."""

    id = Text(primary_key=True, default=None)
    version = Integer(default=1)
    name = Text()
    description = Text()
    definition = JSONB()
    created_at = Timestamptz(default=None)
    updated_at = Timestamptz(default=None)


class Execution(Table, tablename="executions", db=DB):
    """Live and past executions in one view, for reading."""

    id = BigInt(primary_key=True, default=None)
    job_id = Text()
    job_version = Integer()
    state = Text()
    trigger = Text()
    priority = SmallInt()
    due_at = Timestamptz()
    last_due_at = Timestamptz(null=True)
    skipped_count = Integer(null=True)
    queued_at = Timestamptz(null=True)
    ready_at = Timestamptz(null=True)
    started_at = Timestamptz(null=True)
    finished_at = Timestamptz(null=True)
    command = Text()
    args = JSONB()
    attempt = SmallInt()
    max_attempts = Integer()
    attempts = JSONB(null=True)
    worker_id = Text(null=True)
    reason = Text(null=True)
    progress = JSONB(null=True)
    result = JSONB(null=True)
    error = Text(null=True)
    cancel_requested = Boolean()
    jitter_seconds = DoublePrecision(null=True)
    stands_for = Integer(null=True)
    labels = JSONB(null=True)


class LogLine(Table, tablename="log_lines", db=DB):
    """A line of an attempt's log: what its handler logged, or Belfry's own about its start, retry, loss, failure."""

    id = BigInt(primary_key=True, default=None)
    at = Timestamptz()
    job_id = Text()
    execution_id = BigInt()
    attempt = SmallInt()
    worker_id = Text(null=True)
    level = Text()
    message = Text()
