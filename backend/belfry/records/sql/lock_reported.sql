-- Lock the executions $1 that are still held under the fences $2, with what decides about another attempt: in the order
-- of their ids, so that no two batches block each other.
select live.id, losses, retry_policy
from live_executions as live
join unnest($1::bigint[], $2::bigint[]) as given (id, fence) on live.id = given.id and live.fence = given.fence
order by live.id for update of live
