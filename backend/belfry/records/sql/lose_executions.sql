-- Take attempts from workers that lost them: back into the queue, or failed after $3 losses.
-- Lost is what the workers $2 hold (of it only the executions $4, unless null), or, when $2 is null, what any worker
-- holds whose lease ended before $1; a worker that is just saying hello or being prolonged is passed over.
with dead as (
    select id from workers
    where $2::text[] is null and lease_until < $1::timestamptz
        and id in (select worker_id from live_executions where worker_id is not null)
    for no key update skip locked
), doomed as (
    select live.id from live_executions as live
    where live.worker_id is not null
        and (live.worker_id = any ($2::text[]) and ($4::bigint[] is null or live.id = any ($4))
            or live.worker_id in (select id from dead))
    order by live.id for update skip locked
), lost as (
    select live.*, jsonb_build_object('attempt', live.attempt, 'worker_id', live.worker_id, 'started_at', live.started_at,
        'finished_at', $1::timestamptz, 'outcome', 'lost', 'error', 'worker ' || live.worker_id || ' was lost') as record
    from live_executions as live join doomed on doomed.id = live.id
), back as (
    update live_executions as live
    set state = 'queued', worker_id = null, fence = null, started_at = null, progress = null,
        losses = live.losses + 1, queued_at = $1, reason = 'lost',
        attempts = coalesce(live.attempts, '[]') || lost.record
    from lost where live.id = lost.id and lost.losses + 1 < $3 and not lost.cancel_requested
    returning live.id
), gone as (
    delete from live_executions as live
    using lost where live.id = lost.id and (lost.losses + 1 >= $3 or lost.cancel_requested)
    returning live.*
), past as (
    insert into past_executions (id, job_id, job_version, state, trigger, priority, due_at, queued_at, started_at,
        finished_at, command, args, attempt, max_attempts, attempts, worker_id, reason, error, idempotency_key,
        jitter_seconds, stands_for)
    select id, job_id, job_version, case when cancel_requested then 'cancelled' else 'failed' end, trigger, priority, due_at,
        queued_at, started_at, $1, command, args, attempt, max_attempts, attempts, worker_id, 'lost',
        'worker ' || worker_id || ' was lost', idempotency_key, jitter_seconds, stands_for
    from gone
    returning id, state
), told as (
    insert into events (at, type, job_id, execution_id, attempt, worker_id, data)
    select $1, event.type, lost.job_id, lost.id, lost.attempt, lost.worker_id, event.data
    from lost left join past on past.id = lost.id
    cross join lateral (values
        ('execution.lost', jsonb_build_object('error', lost.record ->> 'error')),
        ('execution.' || coalesce(past.state, 'queued'), jsonb_build_object('due_at', lost.due_at, 'reason', 'lost'))
    ) as event (type, data)
)
select lost.id, lost.job_id, coalesce(past.state, 'queued') as state from lost left join past on past.id = lost.id
