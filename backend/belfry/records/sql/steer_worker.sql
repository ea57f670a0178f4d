-- Drain the worker $2 or resume it, as $3 says; an offline one is remembered so for when it comes back.
with steered as (
    update workers set drained = $3,
        state = case when state = 'offline' then state when $3 then 'draining' else 'online' end
    where id = $2 returning id, state
), told as (
    insert into events (at, type, worker_id) select $1, 'worker.' || state, id from steered where state <> 'offline'
)
select id from steered
