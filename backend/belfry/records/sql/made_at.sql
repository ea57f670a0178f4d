-- When the jobs $1 were made.
select id, created_at from jobs where id = any ($1)
