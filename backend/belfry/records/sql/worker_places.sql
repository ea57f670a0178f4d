-- The workers that may be given work at $1, with the slots that live executions take.
select workers.id, coalesce(capacity_override, capacity) as capacity, labels, commands, coalesce(held.taken, 0) as taken
from workers
left join (
    select worker_id, count(*)::integer as taken from live_executions where worker_id is not null group by worker_id
) as held on held.worker_id = workers.id
where state = 'online' and lease_until > $1
order by workers.id
