-- The oldest event still kept and the newest.
select coalesce(min(id), 0) as oldest, coalesce(max(id), 0) as newest from events
