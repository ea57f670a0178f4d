-- Open a session of the worker $2, void all earlier ones.
with joined as (
    insert into workers (id, host, state, capacity, labels, commands, version, instance, session, server_id, lease_until,
        last_heartbeat_at, joined_at)
    values ($2, $3, 'online', $4, $5::jsonb, $6::text[], $7, $8, nextval('worker_sessions'), $9, $1::timestamptz + $10::interval,
        $1, $1)
    on conflict (id) do update set host = excluded.host,
        state = case when workers.drained then 'draining' else 'online' end,
        capacity = excluded.capacity, labels = excluded.labels, commands = excluded.commands, version = excluded.version,
        instance = excluded.instance, session = excluded.session, server_id = excluded.server_id,
        lease_until = excluded.lease_until, last_heartbeat_at = excluded.last_heartbeat_at, joined_at = excluded.joined_at
    returning id, session, drained, state, capacity
), told as (
    insert into events (at, type, worker_id, data)
    select $1, 'worker.' || state, id, jsonb_build_object('capacity', capacity) from joined
)
select session, drained, (select case when is_called then last_value else 0 end from execution_fences) as fence from joined
