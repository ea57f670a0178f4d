-- Every dependency that can be reached from the job $1.
with recursive reach (id) as (
    select $1::text
    union
    select needs.depends_on from reach join job_dependencies as needs on needs.job_id = reach.id
)
select job_id, depends_on from job_dependencies where job_id in (select id from reach)
