-- Many at a time through here until their transactions end, but nobody who wants to be alone.
select pg_advisory_xact_lock_shared($1)
