-- Workers whose lease ended before $1 are offline.
with gone as (
    update workers set state = 'offline' where state <> 'offline' and lease_until < $1 returning id
), told as (
    insert into events (at, type, worker_id) select $1, 'worker.offline', id from gone
)
select id from gone
