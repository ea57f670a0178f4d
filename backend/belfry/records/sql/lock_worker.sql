-- The worker $1 as its last session left it. It is alive at $2 while its lease lasts, its session is open and the server that holds it lives.
select instance,
    state <> 'offline' and lease_until > $2 and server_id in (
        select objid::integer from pg_locks
        where locktype = 'advisory' and classid = 1112297042 and granted
            and database = (select oid from pg_database where datname = current_database())
    ) as alive
from workers where id = $1 for update
