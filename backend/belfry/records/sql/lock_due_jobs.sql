-- Lock the jobs due at $1, the oldest first, at most $2, passing over those that another server fires.
select id, version, schedule, timezone, created_at, next_fire_at, misfire, overlap, end_at,
    exists (select from live_executions as live where live.job_id = jobs.id) as live,
    exists (select from job_dependencies as needs where needs.job_id = jobs.id) as dependent
from jobs
where next_fire_at <= $1
order by next_fire_at
limit $2
for no key update of jobs skip locked
