-- What it takes to run the execution $1 again.
select job_id, args, finished_at from executions where id = $1
