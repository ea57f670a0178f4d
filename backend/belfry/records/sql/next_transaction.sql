-- An id above that of every transaction which has taken one so far.
select pg_current_xact_id()::text::bigint as id
