-- Advance the due jobs from the instant that was read, and record every instant: fired or skipped.
with advanced as (
    update jobs
    set next_fire_at = given.following,
        last_fired_at = coalesce(given.fired, jobs.last_fired_at),
        accounted_until = given.last,
        state = case when given.following is null then 'completed' else jobs.state end
    from unnest($2::text[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[])
        as given (id, was, following, fired, last)
    where jobs.id = given.id and jobs.next_fire_at = given.was
    returning jobs.id, version, command, args, jobs.priority, labels, timeout_seconds, retry_policy
), fired as (
    insert into live_executions (job_id, job_version, state, trigger, priority, due_at, ready_at, queued_at, command, args,
        labels, timeout_seconds, retry_policy, max_attempts)
    select job.id, job.version, given.state, 'schedule', job.priority, given.due_at, given.due_at,
        case given.state when 'queued' then $1::timestamptz end, job.command, job.args, job.labels, job.timeout_seconds,
        job.retry_policy, 1 + (job.retry_policy ->> 'max_retries')::integer
    from unnest($7::text[], $8::timestamptz[], $9::text[]) as given (job_id, due_at, state)
    join advanced as job on job.id = given.job_id
    returning id, job_id, state, due_at, priority
), skipped as (
    insert into past_executions (id, job_id, job_version, state, trigger, priority, due_at, last_due_at, skipped_count,
        finished_at, command, args, attempt, max_attempts, reason)
    select nextval('execution_ids'), job.id, job.version, 'skipped', 'schedule', job.priority, given.first, given.last,
        given.count, $1, job.command, job.args, 0, 1 + (job.retry_policy ->> 'max_retries')::integer, given.reason
    from unnest($10::text[], $11::timestamptz[], $12::timestamptz[], $13::integer[], $14::text[])
        as given (job_id, first, last, count, reason)
    join advanced as job on job.id = given.job_id
    returning id, job_id, due_at, last_due_at, skipped_count, reason
), told as (
    insert into events (at, type, job_id, execution_id, data)
    select $1, 'execution.' || state, job_id, id, jsonb_build_object('due_at', due_at, 'trigger', 'schedule', 'priority', priority)
    from fired
    union all
    select $1, 'execution.skipped', job_id, id,
        jsonb_build_object('due_at', due_at, 'last_due_at', last_due_at, 'count', skipped_count, 'reason', reason)
    from skipped
)
select id, job_id, state from fired
