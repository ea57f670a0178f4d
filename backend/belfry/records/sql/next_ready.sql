-- When the next queued execution that is not ready at $1 becomes so: a retry after its delay.
select least(
    (select ready_at from live_executions where state = 'queued' and priority = 1 and ready_at > $1 order by ready_at limit 1),
    (select ready_at from live_executions where state = 'queued' and priority = 2 and ready_at > $1 order by ready_at limit 1),
    (select ready_at from live_executions where state = 'queued' and priority = 3 and ready_at > $1 order by ready_at limit 1)
) as ready_at
