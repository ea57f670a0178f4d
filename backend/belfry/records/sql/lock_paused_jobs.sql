-- Lock the paused jobs whose pause was to end by $1, at most a hundred, passing over those that somebody else holds.
select id, resume_at from jobs where resume_at <= $1 and state = 'paused' order by resume_at limit 100 for no key update skip locked
