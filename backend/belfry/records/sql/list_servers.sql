-- The servers that live: each holds the advisory lock of its own number for as long as it is connected.
select id, host, pid, version, started_at, seen_at as last_seen_at, tick_at as last_tick_at, tick_lag_seconds
from servers
where id in (
    select objid::integer from pg_locks
    where locktype = 'advisory' and classid = 1112297042 and granted
        and database = (select oid from pg_database where datname = current_database())
)
order by id
