-- Settle what waits, of the jobs $2: queue it when each dependency has succeeded, skip it when one failed. What the fire
-- before it holds up (reason overlap) waits for the end of all older executions of its job.
-- Judged is, per dependency, the latest execution due at or before the waiting one's own instant, else the first after it;
-- a dependency that is due by then and has not fired yet is waited for.
with waiting as (
    select id, job_id, due_at,
        reason is not distinct from 'overlap' and exists (
            select from live_executions as older where older.job_id = live.job_id and older.id < live.id and older.trigger <> 'backfill'
        ) as overlapping
    from live_executions as live where state = 'waiting' and job_id = any ($2)
), judged as (
    select waiting.id, needs.depends_on,
        case when job.next_fire_at <= waiting.due_at and job.state = 'active' then 'none' else coalesce(latest.state, first.state, 'none') end as state
    from waiting
    join job_dependencies as needs on needs.job_id = waiting.job_id
    join jobs as job on job.id = needs.depends_on
    left join lateral (
        select state from executions as e
        where e.job_id = needs.depends_on and e.due_at <= waiting.due_at and e.state <> 'skipped'
        order by e.due_at desc limit 1
    ) as latest on true
    left join lateral (
        select state from executions as e
        where latest.state is null and e.job_id = needs.depends_on and e.due_at > waiting.due_at and e.state <> 'skipped'
        order by e.due_at limit 1
    ) as first on true
), verdicts as (
    select waiting.id,
        min(judged.depends_on) filter (where judged.state in ('failed', 'cancelled')) as broken,
        bool_or(judged.state <> 'succeeded') is true or waiting.overlapping as open
    from waiting left join judged on judged.id = waiting.id
    group by waiting.id, waiting.overlapping
), settled as (
    select live.id, verdicts.broken
    from verdicts join live_executions as live on live.id = verdicts.id
    where live.state = 'waiting' and (not verdicts.open or verdicts.broken is not null)
    order by live.id for update of live skip locked
), queued as (
    update live_executions as live set state = 'queued', queued_at = $1, reason = nullif(live.reason, 'overlap')
    from settled where live.id = settled.id and settled.broken is null
    returning live.id, live.job_id, live.due_at, live.trigger, live.priority
), gone as (
    delete from live_executions as live
    using settled where live.id = settled.id and settled.broken is not null
    returning live.*, settled.broken
), skipped as (
    insert into past_executions (id, job_id, job_version, state, trigger, priority, due_at, finished_at, command, args,
        attempt, max_attempts, reason, jitter_seconds, stands_for)
    select id, job_id, job_version, 'skipped', trigger, priority, due_at, $1, command, args, attempt, max_attempts,
        'dependency ' || broken || ' failed', jitter_seconds, stands_for
    from gone
    returning id, job_id, due_at, reason
), told as (
    insert into events (at, type, job_id, execution_id, data)
    select $1, 'execution.queued', job_id, id, jsonb_build_object('due_at', due_at, 'trigger', trigger, 'priority', priority)
    from queued
    union all
    select $1, 'execution.skipped', job_id, id, jsonb_build_object('due_at', due_at, 'reason', reason) from skipped
)
select id, job_id, 'queued' as state from queued union all select id, job_id, 'skipped' from skipped
