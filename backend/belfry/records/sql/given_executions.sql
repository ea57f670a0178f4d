-- What the workers $1 hold by right.
select id, worker_id, attempt, fence from live_executions where worker_id = any ($1) and fence is not null
