-- How many executions are in which state: all live ones, and the past ones due since $1.
select state, count(*)::integer as count from live_executions group by state
union all
select state, sum(coalesce(skipped_count, 1))::integer as count from past_executions where due_at >= $1 group by state
