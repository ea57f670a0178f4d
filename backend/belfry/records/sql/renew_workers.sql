-- Prolong the leases of the sessions ($2, $3) by $4 from $1, locked in the order of their names.
with standing as (
    select workers.id from workers join unnest($2::text[], $3::bigint[]) as given (id, session) using (id)
    where workers.session = given.session and workers.state <> 'offline'
    order by workers.id for no key update of workers
)
update workers set lease_until = $1::timestamptz + $4::interval, last_heartbeat_at = $1
from standing where workers.id = standing.id
returning workers.id
