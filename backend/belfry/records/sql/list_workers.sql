-- All workers with the slots that live executions take.
select workers.id, host, state, coalesce(capacity_override, capacity) as capacity, coalesce(held.taken, 0) as running, labels,
    commands, last_heartbeat_at, version
from workers
left join (
    select worker_id, count(*)::integer as taken from live_executions where worker_id is not null group by worker_id
) as held on held.worker_id = workers.id
order by state = 'offline', workers.id
