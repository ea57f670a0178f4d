-- Record that something happened to the job $3.
insert into events (at, type, job_id) values ($1, $2, $3)
