-- What an execution of the job $1, due at $2, waits for: per dependency the execution that counts, as when it is settled.
select needs.depends_on as job_id,
    case when job.next_fire_at <= $2 and job.state = 'active' then 'none' else coalesce(latest.state, first.state, 'none') end as state,
    case when job.next_fire_at <= $2 and job.state = 'active' then null else coalesce(latest.id, first.id) end as id,
    case when job.next_fire_at <= $2 and job.state = 'active' then null
        when latest.id is not null then coalesce(latest.finished_at, latest.started_at, latest.queued_at)
        else coalesce(first.finished_at, first.started_at, first.queued_at) end as since
from job_dependencies as needs
join jobs as job on job.id = needs.depends_on
left join lateral (
    select id, state, queued_at, started_at, finished_at from executions as e
    where e.job_id = needs.depends_on and e.due_at <= $2 and e.state <> 'skipped'
    order by e.due_at desc limit 1
) as latest on true
left join lateral (
    select id, state, queued_at, started_at, finished_at from executions as e
    where latest.state is null and e.job_id = needs.depends_on and e.due_at > $2 and e.state <> 'skipped'
    order by e.due_at limit 1
) as first on true
where needs.job_id = $1
order by needs.depends_on
