-- Be, in their order, the only one to speak for each of the workers $1: two that move the same executions never block each other.
select pg_advisory_xact_lock(1919250548, hashtext(worker_id)) from unnest($1::text[]) as reporter (worker_id)
