-- Prolong the leases of the sessions ($2, $3) by $4 from $1.
update workers set lease_until = $1::timestamptz + $4::interval, last_heartbeat_at = $1
from unnest($2::text[], $3::bigint[]) as given (id, session)
where workers.id = given.id and workers.session = given.session and workers.state <> 'offline'
returning workers.id
