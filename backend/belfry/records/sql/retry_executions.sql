-- Put failed attempts back into the queue, each after its delay; one whose fence no longer holds changes nothing.
with back as (
    update live_executions as live
    set state = 'queued', worker_id = null, fence = null, started_at = null, progress = null,
        queued_at = $1::timestamptz, ready_at = $1::timestamptz + make_interval(secs => given.delay),
        reason = 'retry',
        attempts = coalesce(live.attempts, '[]') || jsonb_build_object('attempt', live.attempt, 'worker_id', live.worker_id,
            'started_at', coalesce(live.started_at, $1::timestamptz - make_interval(secs => given.age + given.duration)),
            'finished_at', $1::timestamptz - make_interval(secs => given.age), 'outcome', 'failed', 'error', left(given.error, 10000))
    from unnest($2::bigint[], $3::text[], $4::smallint[], $5::bigint[], $6::double precision[], $7::double precision[],
        $8::text[], $9::double precision[]) as given (id, worker_id, attempt, fence, age, duration, error, delay)
    where live.id = given.id and (live.worker_id, live.attempt, live.fence) is not distinct from (given.worker_id, given.attempt, given.fence)
        and live.state in ('assigned', 'running')
    returning live.id, live.job_id, live.attempt, given.worker_id, live.ready_at, given.error, live.args,
        (live.attempts -> -1 ->> 'started_at')::timestamptz as started_at
), told as (
    insert into events (at, type, job_id, execution_id, attempt, worker_id, data)
    select $1, 'execution.retrying', job_id, id, attempt, worker_id,
        jsonb_build_object('error', left(error, 2000), 'retry_at', ready_at)
    from back
)
select id from back
