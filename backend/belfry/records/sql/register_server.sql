-- A server starts; those unseen for a day are forgotten.
with forgotten as (delete from servers where seen_at < $1::timestamptz - interval '1 day')
insert into servers (host, pid, version, started_at, seen_at) values ($2, $3, $4, $1, $1) returning id
