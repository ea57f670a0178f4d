-- Create one execution of the job $2 by hand. $3 arguments or null for the job's own, $4 trigger, $5 state, $6 key, $7 reason.
with job as (
    update jobs set last_fired_at = greatest(last_fired_at, $1::timestamptz) where id = $2
    returning id, version, command, args, priority, labels, timeout_seconds, retry_policy
), fired as (
    insert into live_executions (job_id, job_version, state, trigger, priority, due_at, ready_at, queued_at, command, args,
        labels, timeout_seconds, retry_policy, max_attempts, idempotency_key, reason)
    select id, version, $5, $4, priority, $1, $1, case $5 when 'queued' then $1::timestamptz end, command,
        coalesce($3::jsonb, args), labels, timeout_seconds, retry_policy, 1 + (retry_policy ->> 'max_retries')::integer, $6, $7
    from job
    returning id, job_id, state, due_at, trigger, priority
), told as (
    insert into events (at, type, job_id, execution_id, data)
    select $1, 'execution.' || state, job_id, id, jsonb_build_object('due_at', due_at, 'trigger', trigger, 'priority', priority)
    from fired
)
select id from fired
