-- Keep the calendar $1 from being deleted until the transaction ends.
select id from calendars where id = $1 for key share
