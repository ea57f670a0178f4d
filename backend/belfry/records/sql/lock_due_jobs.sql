-- Lock the jobs due at $1, the oldest first, at most $2, passing over those that another server fires.
-- Live executions are counted only as far as a policy can ask.
select id, version, schedule, rule, timezone, dst_gap, dst_overlap, created_at, start_at, end_at, next_fire_at, state,
    resumed_at, misfire, misfire_limit, overlap, max_concurrency, max_runs, runs, jitter_seconds, skip_since, skip_reason,
    calendar, calendar_use, calendar_shift,
    (select count(*) from (select from live_executions as live where live.job_id = jobs.id and live.trigger <> 'backfill'
        limit greatest(2, max_concurrency)) as counted)::integer as live,
    exists (select from job_dependencies as needs where needs.job_id = jobs.id) as dependent
from jobs
where next_fire_at <= $1
order by next_fire_at
limit $2
for no key update of jobs skip locked
