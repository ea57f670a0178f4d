-- PostgreSQL's clock, the one authority on time.
select clock_timestamp() as now
