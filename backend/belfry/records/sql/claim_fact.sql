-- Remember that something has happened; a row only for the first to say so.
insert into facts (key, value) values ($1, $2) on conflict (key) do nothing returning key
