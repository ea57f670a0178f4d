-- Executions held by a worker that does not exist, at most a hundred.
select id, worker_id from live_executions as live
where worker_id is not null and not exists (select from workers where workers.id = live.worker_id)
order by id limit 100
