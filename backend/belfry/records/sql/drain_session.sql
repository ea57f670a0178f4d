-- The worker $2 takes nothing new for the rest of its session $3.
with draining as (
    update workers set state = 'draining' where id = $2 and session = $3 and state = 'online' returning id
), told as (
    insert into events (at, type, worker_id) select $1, 'worker.draining', id from draining
)
select id from draining
