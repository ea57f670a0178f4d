-- When the next job is due, or the next pause ends.
select least((select min(next_fire_at) from jobs where next_fire_at is not null),
    (select min(resume_at) from jobs where resume_at is not null)) as at
