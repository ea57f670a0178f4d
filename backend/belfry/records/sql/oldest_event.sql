-- The oldest event still kept.
select id from events order by id limit 1
