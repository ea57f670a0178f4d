-- How long 95 of 100 of the latest $2 successful executions of the job $1 took at most, in seconds.
select percentile_disc(0.95) within group (order by seconds)::double precision as p95, count(*)::integer as count
from (
    select extract(epoch from finished_at - started_at) as seconds from past_executions
    where job_id = $1 and state = 'succeeded' and started_at is not null
    order by due_at desc limit $2
) as latest
