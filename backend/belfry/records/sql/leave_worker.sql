-- Close the session $3 of the worker $2.
with gone as (
    update workers set state = 'offline' where id = $2 and session = $3 and state <> 'offline' returning id
), told as (
    insert into events (at, type, worker_id) select $1, 'worker.offline', id from gone
)
select id from gone
