-- Give the executions $2 to the workers $3: the next attempt, under a fence that rises with each dispatch.
with fence as materialized (select nextval('execution_fences') as value),
given as (select id, worker_id from unnest($2::bigint[], $3::text[]) as given (id, worker_id)),
assigned as (
    update live_executions as live
    set state = 'assigned', worker_id = given.worker_id, fence = fence.value, attempt = live.attempt + 1, started_at = null,
        reason = null, progress = null
    from given, fence
    where live.id = given.id and live.state = 'queued'
    returning live.id, live.job_id, live.attempt, live.worker_id
), told as (
    insert into events (at, type, job_id, execution_id, attempt, worker_id)
    select $1::timestamptz, 'execution.assigned', job_id, id, attempt, worker_id from assigned
)
select count(*)::integer as assigned from assigned
