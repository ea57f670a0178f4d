-- Lock what lives of the job $1. Executions are locked before jobs everywhere, so that an end and a deletion never block each other.
select id from live_executions where job_id = $1 order by id for update
