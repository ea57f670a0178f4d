-- The live executions of the job $1 older than the execution $2.
select id, state, coalesce(started_at, queued_at) as since from live_executions where job_id = $1 and id < $2 and trigger <> 'backfill' order by id limit 20
