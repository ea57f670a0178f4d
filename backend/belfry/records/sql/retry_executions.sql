-- Put failed attempts back into the queue, each after its delay; one whose fence no longer holds changes nothing.
with held as (
    select live.id, live.state as was, given.worker_id, given.error, given.delay,
        $1::timestamptz - make_interval(secs => given.age) as finished_at,
        coalesce(live.started_at, $1::timestamptz - make_interval(secs => given.age + given.duration)) as started_at
    from live_executions as live
    join unnest($2::bigint[], $3::text[], $4::smallint[], $5::bigint[], $6::double precision[], $7::double precision[],
        $8::text[], $9::double precision[]) as given (id, worker_id, attempt, fence, age, duration, error, delay)
        on live.id = given.id
        and (live.worker_id, live.attempt, live.fence) is not distinct from (given.worker_id, given.attempt, given.fence)
    where live.state in ('assigned', 'running')
    for update of live
), back as (
    update live_executions as live
    set state = 'queued', worker_id = null, fence = null, started_at = null, progress = null,
        queued_at = $1::timestamptz, ready_at = $1::timestamptz + make_interval(secs => held.delay),
        reason = 'retry',
        attempts = coalesce(live.attempts, '[]') || jsonb_build_object('attempt', live.attempt, 'worker_id', held.worker_id,
            'started_at', held.started_at, 'finished_at', greatest(held.finished_at, held.started_at), 'outcome', 'failed',
            'error', left(held.error, 10000))
    from held where live.id = held.id
    returning live.id, live.job_id, live.attempt, live.ready_at, live.args, held.was, held.worker_id, held.error, held.started_at,
        live.cancel_requested
), told as (
    insert into events (at, type, job_id, execution_id, attempt, worker_id, data)
    select event.at, event.type, back.job_id, back.id, back.attempt, back.worker_id, event.data
    from back cross join lateral (values
        (back.started_at, 'execution.running', jsonb_build_object('args', back.args)),
        ($1, 'execution.retrying', jsonb_build_object('error', left(back.error, 2000), 'retry_at', back.ready_at))
    ) as event (at, type, data)
    where case event.type when 'execution.running' then back.was = 'assigned' else not back.cancel_requested end
)
select id, cancel_requested from back
