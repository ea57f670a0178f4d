-- Queue the job $2 at low priority for each of the instants $3, one ready $4 seconds after the other.
with fired as (
    insert into live_executions (job_id, job_version, state, trigger, priority, due_at, ready_at, queued_at, command, args,
        labels, timeout_seconds, retry_policy, max_attempts)
    select job.id, job.version, 'queued', 'backfill', 3, given.due_at,
        $1::timestamptz + (given.place - 1) * make_interval(secs => $4), $1, job.command, job.args, job.labels,
        job.timeout_seconds, job.retry_policy, 1 + (job.retry_policy ->> 'max_retries')::integer
    from jobs as job, unnest($3::timestamptz[]) with ordinality as given (due_at, place)
    where job.id = $2
    order by given.place
    returning id, job_id, due_at, priority
)
insert into events (at, type, job_id, execution_id, data)
select $1, 'execution.queued', job_id, id, jsonb_build_object('due_at', due_at, 'trigger', 'backfill', 'priority', priority)
from fired
