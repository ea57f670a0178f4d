-- Commands of executions that have been ready since before $1 and that no connected worker offers.
select command, count(*)::integer as count
from live_executions as live
where state = 'queued' and ready_at < $1
    and not exists (select from workers where workers.state = 'online' and live.command = any (workers.commands))
group by command order by command
