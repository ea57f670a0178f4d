-- Calendars that fit the pattern $1 by name, $2 of them from $3 on, each with the number of its jobs, without the files.
select id, version, name, description, definition - 'icalendar' as definition,
    definition ->> 'icalendar' is not null as has_icalendar, created_at, updated_at,
    (select count(*)::integer from jobs where jobs.calendar = calendars.id) as jobs
from calendars
where name ilike $1 or id ilike $1 or description ilike $1
order by lower(name), id
limit $2 offset $3
