-- Record that something happened to the calendar $3.
insert into events (at, type, data) values ($1, $2, jsonb_build_object('calendar_id', $3::text))
