-- The execution of the job $1 that was fired before $2 and still lived then.
select id, state, started_at, finished_at from executions
where job_id = $1 and state <> 'skipped' and trigger <> 'backfill' and due_at < $2 and (finished_at is null or finished_at >= $2)
order by due_at desc limit 1
