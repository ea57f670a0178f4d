-- Executions of jobs with overlap `cancel` that still live while the one that replaces them waits.
select older.id
from live_executions as waiting
join jobs as job on job.id = waiting.job_id and job.overlap = 'cancel'
join live_executions as older on older.job_id = waiting.job_id and older.id < waiting.id and not older.cancel_requested
    and older.trigger <> 'backfill'
where waiting.state = 'waiting' and waiting.reason = 'overlap'
order by older.id
