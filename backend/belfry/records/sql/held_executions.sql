-- What each of the workers $1 was given under a fence above its own $2, the least of which is $3.
select live.id, job_id, live.worker_id, attempt, live.fence, command, args, due_at, stands_for, timeout_seconds
from live_executions as live
join unnest($1::text[], $2::bigint[]) as mine (worker_id, fence)
    on live.worker_id = mine.worker_id and live.fence > mine.fence
where live.fence > $3 and state = 'assigned'
order by live.fence, priority, ready_at, live.id
