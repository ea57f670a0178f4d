-- When the next queued execution that is not ready at $1 becomes so: a retry after its delay.
select min(ready_at) as ready_at from live_executions where state = 'queued' and ready_at > $1
