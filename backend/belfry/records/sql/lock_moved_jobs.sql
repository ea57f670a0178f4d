-- Lock the jobs whose instants after $2 the calendar $1 moves to business days.
select id from jobs where calendar = $1 and calendar_shift <> 'skip' and next_fire_at > $2 order by id for no key update
