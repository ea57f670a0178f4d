-- The job $1, locked, with what decides whether it may run now.
select id, state, command, exists (select from job_dependencies as needs where needs.job_id = jobs.id) as dependent
from jobs where id = $1 for no key update
