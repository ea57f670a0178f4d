-- The jobs that depend on $1.
select job_id as id from job_dependencies where depends_on = $1 order by job_id
