-- Keep lines that attempts logged; those of an attempt whose fence no longer holds are dropped.
insert into events (at, type, job_id, execution_id, attempt, worker_id, data)
select $1::timestamptz - make_interval(secs => given.age), 'execution.log', live.job_id, live.id, given.attempt, given.worker_id,
    jsonb_build_object('level', given.level, 'message', given.message)
from unnest($2::bigint[], $3::text[], $4::smallint[], $5::bigint[], $6::double precision[], $7::text[], $8::text[])
    with ordinality as given (id, worker_id, attempt, fence, age, level, message, place)
join live_executions as live on live.id = given.id and (live.worker_id, live.attempt, live.fence) is not distinct from (given.worker_id, given.attempt, given.fence)
order by given.place
