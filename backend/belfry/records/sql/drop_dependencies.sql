-- The job $1 depends on nothing but $2.
delete from job_dependencies where job_id = $1 and depends_on <> all ($2::text[])
