-- Keep how far attempts have come.
update live_executions as live set progress = jsonb_build_object('done', given.done, 'total', given.total)
from unnest($1::bigint[], $2::text[], $3::smallint[], $4::bigint[], $5::double precision[], $6::double precision[])
    as given (id, worker_id, attempt, fence, done, total)
where live.id = given.id and (live.worker_id, live.attempt, live.fence) is not distinct from (given.worker_id, given.attempt, given.fence)
