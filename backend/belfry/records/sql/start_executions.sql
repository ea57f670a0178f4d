-- Record that attempts began $6 seconds before $1; one whose fence no longer holds changes nothing.
with started as (
    update live_executions as live set state = 'running', started_at = $1::timestamptz - make_interval(secs => given.age)
    from unnest($2::bigint[], $3::text[], $4::smallint[], $5::bigint[], $6::double precision[])
        as given (id, worker_id, attempt, fence, age)
    where live.id = given.id and (live.worker_id, live.attempt, live.fence) is not distinct from (given.worker_id, given.attempt, given.fence)
        and live.state = 'assigned'
    returning live.id, live.job_id, live.attempt, live.worker_id, live.args, live.started_at
), told as (
    insert into events (at, type, job_id, execution_id, attempt, worker_id, data)
    select started_at, 'execution.running', job_id, id, attempt, worker_id, jsonb_build_object('args', args) from started
)
select id from started
