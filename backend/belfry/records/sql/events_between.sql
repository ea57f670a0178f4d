-- The events after $1 up to $2, at most $3.
select id, at, type, job_id, execution_id, attempt, worker_id, data from events where id > $1 and id <= $2 order by id limit $3
