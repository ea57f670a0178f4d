-- Cancel one execution: at once when no worker holds it, else by asking the worker. $3 is the reason.
with target as (select id, worker_id from live_executions where id = $2 for update),
asked as (
    update live_executions as live set cancel_requested = true, reason = $3
    from target where live.id = target.id and target.worker_id is not null
    returning live.id, live.worker_id, live.attempt, live.fence
), gone as (
    delete from live_executions as live
    using target where live.id = target.id and target.worker_id is null
    returning live.*
), past as (
    insert into past_executions (id, job_id, job_version, state, trigger, priority, due_at, queued_at, finished_at,
        command, args, attempt, max_attempts, attempts, reason, idempotency_key, jitter_seconds, stands_for)
    select id, job_id, job_version, 'cancelled', trigger, priority, due_at, queued_at, $1::timestamptz,
        command, args, attempt, max_attempts, attempts, $3, idempotency_key, jitter_seconds, stands_for
    from gone
), told as (
    insert into events (at, type, job_id, execution_id, attempt, data)
    select $1, 'execution.cancelled', job_id, id, attempt, jsonb_build_object('reason', $3::text) from gone
)
select id, job_id, 'cancelled' as state from gone
union all
select asked.id, live.job_id, live.state from asked join live_executions as live on live.id = asked.id
