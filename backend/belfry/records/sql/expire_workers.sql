-- Workers whose lease ended before $1 are offline, but for those that are just saying hello or being prolonged.
with over as (
    select id from workers where state <> 'offline' and lease_until < $1 for no key update skip locked
), gone as (
    update workers set state = 'offline' from over where workers.id = over.id returning workers.id
), told as (
    insert into events (at, type, worker_id) select $1, 'worker.offline', id from gone
)
select id from gone
