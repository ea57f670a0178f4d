-- The newest event.
select id from events order by id desc limit 1
