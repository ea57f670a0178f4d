-- The paused jobs whose pause was to end by $1.
select id from jobs where resume_at <= $1 and state = 'paused' order by resume_at limit 100
