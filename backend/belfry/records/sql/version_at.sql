-- The version of the job $1 in force at $2, with its definition.
select version, definition, created_at from job_versions where job_id = $1 and created_at <= $2 order by version desc limit 1
