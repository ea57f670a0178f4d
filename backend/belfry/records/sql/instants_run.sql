-- The instants of the job $1 from $2 to $3 for which it ran, runs, or is about to.
select distinct due_at from executions
where job_id = $1 and due_at between $2 and $3 and trigger in ('schedule', 'backfill') and state not in ('skipped', 'cancelled')
