-- Keep the value $2 under the key $1, over an earlier one.
insert into facts (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value
