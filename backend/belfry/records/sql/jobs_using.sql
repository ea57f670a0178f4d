-- The first jobs that use the calendar $1, and how many do in all.
select id, count(*) over ()::integer as total from jobs where calendar = $1 order by id limit 5
