-- How long the latest successful executions, at most $2, of each of the jobs $1 took: the median in seconds.
select wanted.job_id, percentile_cont(0.5) within group (order by latest.seconds) as seconds
from unnest($1::text[]) as wanted (job_id)
cross join lateral (
    select extract(epoch from finished_at - started_at)::double precision as seconds from past_executions
    where past_executions.job_id = wanted.job_id and state = 'succeeded' and started_at is not null
    order by due_at desc limit $2
) as latest
group by wanted.job_id
