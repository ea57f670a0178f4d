-- The jobs after $1, at most $2, of which executions wait for dependencies.
select distinct job_id as id from live_executions where state = 'waiting' and job_id > $1 order by job_id limit $2
