-- Which versions the calendars $1 are at.
select id, version, updated_at from calendars where id = any ($1)
