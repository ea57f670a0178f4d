-- Remember the commands that a worker offers; the newest description wins.
insert into commands (name, description, schema, updated_at)
select name, description, schema::json, $1 from unnest($2::text[], $3::text[], $4::text[]) as given (name, description, schema)
order by name
on conflict (name) do update set description = excluded.description, schema = excluded.schema, updated_at = $1
where (commands.description, commands.schema::text) is distinct from (excluded.description, excluded.schema::text)
