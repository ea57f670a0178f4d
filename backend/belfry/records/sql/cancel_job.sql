-- End what waits or is queued of the job $2, and ask the workers to end what they hold of it.
with asked as (
    update live_executions set cancel_requested = true, reason = 'job deleted' where job_id = $2 and worker_id is not null
), gone as (
    delete from live_executions where job_id = $2 and worker_id is null returning *
), past as (
    insert into past_executions (id, job_id, job_version, state, trigger, priority, due_at, queued_at, finished_at,
        command, args, attempt, max_attempts, attempts, reason, idempotency_key, jitter_seconds, stands_for)
    select id, job_id, job_version, 'cancelled', trigger, priority, due_at, queued_at, $1::timestamptz, command, args, attempt,
        max_attempts, attempts, 'job deleted', idempotency_key, jitter_seconds, stands_for
    from gone
)
insert into events (at, type, job_id, execution_id, attempt, data)
select $1, 'execution.cancelled', job_id, id, attempt, jsonb_build_object('reason', 'job deleted') from gone
