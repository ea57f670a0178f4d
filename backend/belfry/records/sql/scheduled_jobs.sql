-- The active jobs with a schedule, but for those of $1, at most $2.
select id, priority, overlap, max_concurrency, max_runs, runs, schedule, rule, timezone, dst_gap, dst_overlap, created_at, start_at, end_at,
    calendar, calendar_use, calendar_shift
from jobs
where next_fire_at is not null and state = 'active' and id <> all ($1::text[])
order by next_fire_at limit $2
