-- What the jobs $1 depend on.
select job_id, depends_on from job_dependencies where job_id = any ($1::text[]) order by job_id, depends_on
