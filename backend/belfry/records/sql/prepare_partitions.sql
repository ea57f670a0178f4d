-- Make the daily partitions of past executions from yesterday to three days ahead of $1, those that are missing.
select prepare_past_partitions($1::timestamptz) as made
