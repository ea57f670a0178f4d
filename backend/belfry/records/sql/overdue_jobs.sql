-- How many active jobs should have fired before $1.
select count(*)::integer as count from jobs where next_fire_at < $1
