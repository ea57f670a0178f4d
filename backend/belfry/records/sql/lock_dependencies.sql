-- Keep the jobs $1 from being deleted until the transaction ends; those that exist.
select id from jobs where id = any ($1::text[]) order by id for key share
