-- What decides about another attempt of the executions $1.
select id, losses, retry_policy from live_executions where id = any ($1)
