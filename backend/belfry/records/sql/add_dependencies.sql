-- The job $1 depends on $2.
insert into job_dependencies (job_id, depends_on) select $1, unnest($2::text[]) on conflict do nothing
