-- How many executions that may start at $2 are before the queued execution $1, counting no further than $3.
select count(*)::integer as ahead from (
    select from live_executions as ahead, (select priority, ready_at, id from live_executions where id = $1) as mine
    where ahead.state = 'queued' and ahead.ready_at <= $2
        and (ahead.priority, ahead.ready_at, ahead.id) < (mine.priority, mine.ready_at, mine.id)
    limit $3
) as counted
