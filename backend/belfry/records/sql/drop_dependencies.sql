-- The job $1 depends on nothing.
delete from job_dependencies where job_id = $1
