-- The ids of calendars that are $1 or $1 followed by a hyphen and a number.
select id from calendars
where id = $1 or (id like replace(replace($1, '\', '\\'), '_', '\_') || '-%' and id ~ '-[0-9]+$')
