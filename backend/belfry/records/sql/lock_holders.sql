-- Be, in the order of their names, the only one to speak for each of the workers that hold executions of the job $1.
select pg_advisory_xact_lock(1919250548, hashtext(worker_id))
from (
    select distinct worker_id collate "C" as worker_id from live_executions where job_id = $1 and worker_id is not null
    order by worker_id
) as holder
