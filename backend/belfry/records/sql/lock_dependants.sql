-- Lock the jobs that depend on one of $1, and those of $1 that depend on any, in the order of their ids, so that two
-- dependencies ending at once see each other. Beside them, those of $1 whose next execution waits for the end of another.
with dependants as (
    select id from jobs
    where id in (select job_id from job_dependencies where depends_on = any ($1) or job_id = any ($1))
    order by id for no key update
)
select id, true as dependent from dependants
union all
select distinct job_id, false from live_executions
where state = 'waiting' and reason = 'overlap' and job_id = any ($1)
