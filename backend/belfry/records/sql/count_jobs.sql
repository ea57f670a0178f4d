-- How many jobs are in which state.
select state, count(*)::integer as count from jobs group by state
