-- Which of the ids $1 are no job's.
select given.id from unnest($1::text[]) as given (id) where not exists (select from jobs where jobs.id = given.id)
