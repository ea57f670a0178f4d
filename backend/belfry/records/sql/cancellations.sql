-- The attempts on the workers $1 that somebody asked to cancel.
select id, worker_id, attempt, fence from live_executions where cancel_requested and worker_id = any ($1)
