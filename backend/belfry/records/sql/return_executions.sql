-- Put attempts that never began back into the queue without using up their number.
with back as (
    update live_executions as live
    set state = 'queued', worker_id = null, fence = null, attempt = live.attempt - 1
    from unnest($2::bigint[], $3::text[], $4::smallint[], $5::bigint[]) as given (id, worker_id, attempt, fence)
    where live.id = given.id and (live.worker_id, live.attempt, live.fence) is not distinct from (given.worker_id, given.attempt, given.fence)
        and live.state = 'assigned'
    returning live.id, live.job_id, live.priority, live.trigger, live.due_at, given.worker_id, live.cancel_requested
), told as (
    insert into events (at, type, job_id, execution_id, data)
    select $1::timestamptz, 'execution.queued', job_id, id,
        jsonb_build_object('due_at', due_at, 'trigger', trigger, 'priority', priority, 'returned_by', worker_id)
    from back
)
select id, cancel_requested from back
