-- Every command ever offered, with the workers that offer it now.
select name, description, schema,
    coalesce(array_agg(workers.id order by workers.id) filter (where workers.id is not null), '{}') as workers
from commands
left join workers on commands.name = any (workers.commands) and workers.state <> 'offline'
group by name, description, schema
order by name
