-- When the job $1 was made.
select created_at from jobs where id = $1
