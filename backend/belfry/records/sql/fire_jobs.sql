-- Advance the due jobs from the instant that was read, and record every instant: fired, skipped, or one more skip of a kind.
with advanced as (
    update jobs
    set next_fire_at = given.following,
        last_fired_at = coalesce(given.fired, jobs.last_fired_at),
        accounted_until = given.last,
        runs = jobs.runs + given.fires,
        skip_since = given.skip_since,
        skip_reason = given.skip_reason,
        state = case when given.following is null and jobs.state = 'active' then 'completed' else jobs.state end
    from unnest($2::text[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[], $7::integer[],
        $8::timestamptz[], $9::text[]) as given (id, was, following, fired, last, fires, skip_since, skip_reason)
    where jobs.id = given.id and jobs.next_fire_at = given.was
    returning jobs.id, version, command, args, jobs.priority, labels, timeout_seconds, retry_policy
), fired as (
    insert into live_executions (job_id, job_version, state, trigger, priority, due_at, ready_at, queued_at, command, args,
        labels, timeout_seconds, retry_policy, max_attempts, jitter_seconds, stands_for, reason)
    select job.id, job.version, given.state, 'schedule', job.priority, given.due_at, given.ready_at,
        case given.state when 'queued' then $1::timestamptz end, job.command, job.args, job.labels, job.timeout_seconds,
        job.retry_policy, 1 + (job.retry_policy ->> 'max_retries')::integer, given.jitter, given.stands_for, given.reason
    from unnest($10::text[], $11::timestamptz[], $12::timestamptz[], $13::text[], $14::double precision[], $15::integer[],
        $16::text[]) as given (job_id, due_at, ready_at, state, jitter, stands_for, reason)
    join advanced as job on job.id = given.job_id
    returning id, job_id, state, due_at, priority
), given as (
    select given.* from unnest($17::text[], $18::timestamptz[], $19::timestamptz[], $20::integer[], $21::text[],
        $22::timestamptz[]) as given (job_id, first, last, count, reason, since)
    join advanced as job on job.id = given.job_id
), lengthened as (
    update past_executions as past
    set last_due_at = given.last, skipped_count = past.skipped_count + given.count, finished_at = $1
    from given
    where past.job_id = given.job_id and past.due_at = given.since and past.state = 'skipped' and past.trigger = 'schedule'
    returning past.id, past.job_id, past.due_at, past.last_due_at, past.skipped_count, past.reason, given.first
), skipped as (
    insert into past_executions (id, job_id, job_version, state, trigger, priority, due_at, last_due_at, skipped_count,
        finished_at, command, args, attempt, max_attempts, reason)
    select nextval('execution_ids'), job.id, job.version, 'skipped', 'schedule', job.priority, given.first, given.last,
        given.count, $1, job.command, job.args, 0, 1 + (job.retry_policy ->> 'max_retries')::integer, given.reason
    from given join advanced as job on job.id = given.job_id
    where (given.job_id, given.first) not in (select job_id, first from lengthened)
    returning id, job_id, due_at, last_due_at, skipped_count, reason
), told as (
    insert into events (at, type, job_id, execution_id, data)
    select $1, 'execution.' || state, job_id, id, jsonb_build_object('due_at', due_at, 'trigger', 'schedule', 'priority', priority)
    from fired
    union all
    select $1, 'execution.skipped', job_id, id,
        jsonb_build_object('due_at', due_at, 'last_due_at', last_due_at, 'count', skipped_count, 'reason', reason)
    from (select id, job_id, due_at, last_due_at, skipped_count, reason from skipped
        union all select id, job_id, due_at, last_due_at, skipped_count, reason from lengthened) as skips
)
select id, job_id, state from fired
