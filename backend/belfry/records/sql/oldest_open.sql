-- The oldest transaction that is still open.
select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as id
