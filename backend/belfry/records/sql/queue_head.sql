-- What may start at $1, by priority, then since when it may: at most $2 of each priority, without the needs ($3, $4)
-- that no worker has room for.
(select id, priority, ready_at, command, labels from live_executions
    where state = 'queued' and priority = 1 and ready_at <= $1
        and (command, labels::text) not in (select * from unnest($3::text[], $4::text[]))
    order by ready_at, id limit $2)
union all
(select id, priority, ready_at, command, labels from live_executions
    where state = 'queued' and priority = 2 and ready_at <= $1
        and (command, labels::text) not in (select * from unnest($3::text[], $4::text[]))
    order by ready_at, id limit $2)
union all
(select id, priority, ready_at, command, labels from live_executions
    where state = 'queued' and priority = 3 and ready_at <= $1
        and (command, labels::text) not in (select * from unnest($3::text[], $4::text[]))
    order by ready_at, id limit $2)
