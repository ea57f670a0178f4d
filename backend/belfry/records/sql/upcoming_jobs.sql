-- The jobs that fire next, at most $2, those due before $1.
select id, name, schedule, timezone, created_at, next_fire_at, end_at
from jobs where next_fire_at <= $1 order by next_fire_at, id limit $2
