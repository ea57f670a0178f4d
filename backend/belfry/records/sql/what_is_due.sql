-- Whether a job is due at $1, and whether a pause has ended by then.
select exists (select from jobs where next_fire_at <= $1) as firing,
    exists (select from jobs where resume_at <= $1 and state = 'paused') as resuming
