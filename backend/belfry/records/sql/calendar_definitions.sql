-- The calendars $1 with all that they cover.
select id, version, updated_at, name, description, definition from calendars where id = any ($1)
