-- From now on the key $3 of the job $2 stands for the execution $4.
insert into idempotency_keys (job_id, key, execution_id, created_at) values ($2, $3, $4, $1)
