-- Lock the active jobs that have a schedule and no next fire, at most a hundred, passing over those somebody else holds.
select id from jobs where next_fire_at is null and state = 'active' and kind <> 'manual'
order by id limit 100 for no key update skip locked
