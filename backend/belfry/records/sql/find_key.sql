-- The execution that the key $2 of the job $1 stands for.
select execution_id from idempotency_keys where job_id = $1 and key = $2
