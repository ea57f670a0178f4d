-- The events after $1, at most $2, with the oldest transaction still open.
select id, at, type, job_id, execution_id, attempt, worker_id, data,
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint as oldest_open
from events
where id > $1
order by id
limit $2
