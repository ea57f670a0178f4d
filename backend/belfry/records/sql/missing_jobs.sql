-- Which of the names $1 are no job.
select name as id from unnest($1::text[]) as name where not exists (select from jobs where id = name)
