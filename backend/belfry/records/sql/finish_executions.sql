-- End executions for good, from live to past; one whose fence no longer holds changes nothing.
with gone as (
    delete from live_executions as live
    using unnest($2::bigint[], $3::text[], $4::smallint[], $5::bigint[], $6::text[], $7::double precision[],
        $8::double precision[], $9::text[], $10::text[], $11::text[])
        as given (id, worker_id, attempt, fence, state, age, duration, result, error, reason)
    where live.id = given.id and (live.worker_id, live.attempt, live.fence) is not distinct from (given.worker_id, given.attempt, given.fence)
        and live.state in ('assigned', 'running')
    returning live.id, job_id, job_version, live.state as was, given.state, trigger, priority, due_at, queued_at,
        $1::timestamptz - make_interval(secs => given.age) as finished_at,
        coalesce(started_at, $1::timestamptz - make_interval(secs => given.age + given.duration)) as started_at,
        command, args, live.attempt, max_attempts, attempts, live.worker_id,
        case when given.state = 'cancelled' and cancel_requested then coalesce(live.reason, given.reason) else given.reason end as reason,
        given.result, given.error,
        idempotency_key, jitter_seconds, stands_for
), past as (
    insert into past_executions (id, job_id, job_version, state, trigger, priority, due_at, queued_at, started_at,
        finished_at, command, args, attempt, max_attempts, attempts, worker_id, reason, result, error, idempotency_key,
        jitter_seconds, stands_for)
    select id, job_id, job_version, state, trigger, priority, due_at, queued_at, started_at, greatest(finished_at, started_at),
        command, args, attempt, max_attempts, attempts, worker_id, reason, result::jsonb, error, idempotency_key,
        jitter_seconds, stands_for
    from gone
), told as (
    insert into events (at, type, job_id, execution_id, attempt, worker_id, data)
    select event.at, event.type, gone.job_id, gone.id, gone.attempt, gone.worker_id, event.data
    from gone cross join lateral (values
        (gone.started_at, 'execution.running', jsonb_build_object('args', gone.args)),
        (greatest(gone.finished_at, gone.started_at), 'execution.' || gone.state, jsonb_strip_nulls(jsonb_build_object(
            'duration_seconds', round(extract(epoch from greatest(gone.finished_at - gone.started_at, '0'))::numeric, 6),
            'error', left(gone.error, 2000), 'reason', gone.reason)))
    ) as event (at, type, data)
    where gone.was = 'assigned' or event.type <> 'execution.running'
)
select id, job_id, state from gone
