-- The latest $2 executions of each of the jobs $1, the oldest first.
select e.id, e.job_id, e.state, e.due_at, e.started_at, e.finished_at
from unnest($1::text[]) as wanted (job_id)
cross join lateral (
    select id, job_id, state, due_at, started_at, finished_at from executions
    where executions.job_id = wanted.job_id
    order by due_at desc limit $2
) as e
order by e.job_id, e.due_at, e.id
