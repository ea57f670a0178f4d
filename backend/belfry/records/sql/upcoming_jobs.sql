-- The jobs that fire next, at most $2, those due before $1.
select id, name, schedule, rule, timezone, dst_gap, dst_overlap, created_at, next_fire_at, start_at, end_at,
    calendar, calendar_use, calendar_shift
from jobs where next_fire_at <= $1 and state = 'active' order by next_fire_at, id limit $2
