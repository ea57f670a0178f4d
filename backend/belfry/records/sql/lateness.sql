-- How late the latest $2 scheduled executions due since $1 began, as percentiles in seconds.
select percentile_cont(array[0.5, 0.95, 0.99]) within group (order by late) as percentiles
from (
    select extract(epoch from coalesce((attempts -> 0 ->> 'started_at')::timestamptz, started_at) - due_at)::double precision
            - coalesce(jitter_seconds, 0) as late
    from past_executions
    where due_at >= $1 and trigger = 'schedule' and started_at is not null
    order by due_at desc
    limit $2
) as latest
