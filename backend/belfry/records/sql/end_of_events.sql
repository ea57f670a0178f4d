-- The newest event, and an id above that of every transaction that may have taken an event id so far.
select coalesce((select max(id) from events), 0) as id, pg_current_xact_id()::text::bigint as horizon
