-- The record of the job $1 that stands for the scheduled instant $2, alone or as one of several skips.
select id, state, reason, due_at, last_due_at, skipped_count, job_version from (
    select * from executions where job_id = $1 and trigger = 'schedule' and due_at <= $2 order by due_at desc limit 1
) as latest
where due_at = $2 or last_due_at >= $2
