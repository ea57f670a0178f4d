-- How many jobs but $3 are next due in each minute from $1 to before $2, counting no more than $4 of them.
select date_trunc('minute', next_fire_at) as minute, count(*)::integer as count
from (
    select next_fire_at from jobs
    where next_fire_at >= $1 and next_fire_at < $2 and state = 'active' and id is distinct from $3
    limit $4
) as due
group by 1
