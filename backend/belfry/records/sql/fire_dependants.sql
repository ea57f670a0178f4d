-- Fire those of the locked jobs $2 that are manual and whose dependencies have all succeeded since they last fired.
-- $3 are the jobs that have just succeeded. What an edit has only now made dependent is not locked, and left alone.
with marked as (
    update job_dependencies set succeeded_at = $1 where job_id = any ($2) and depends_on = any ($3)
), ready as (
    update jobs set last_fired_at = greatest($1, (select max(succeeded_at) from job_dependencies where job_id = jobs.id))
    where kind = 'manual' and state = 'active'
        and id = any ($2) and exists (select from job_dependencies as needs where needs.job_id = jobs.id)
        and not exists (
            select from job_dependencies as needs
            where needs.job_id = jobs.id and needs.depends_on <> all ($3)
                and not coalesce(needs.succeeded_at > coalesce(jobs.last_fired_at, jobs.created_at), false)
        )
        and not (overlap = 'skip' and exists (select from live_executions as live where live.job_id = jobs.id and live.trigger <> 'backfill'))
    returning id, version, command, args, priority, labels, timeout_seconds, retry_policy
), fired as (
    insert into live_executions (job_id, job_version, state, trigger, priority, due_at, ready_at, queued_at, command, args,
        labels, timeout_seconds, retry_policy, max_attempts)
    select id, version, 'queued', 'dependency', priority, $1, $1, $1, command, args, labels, timeout_seconds, retry_policy,
        1 + (retry_policy ->> 'max_retries')::integer
    from ready
    returning id, job_id, due_at, priority
), told as (
    insert into events (at, type, job_id, execution_id, data)
    select $1, 'execution.queued', job_id, id, jsonb_build_object('due_at', due_at, 'trigger', 'dependency', 'priority', priority)
    from fired
)
select id, job_id from fired
