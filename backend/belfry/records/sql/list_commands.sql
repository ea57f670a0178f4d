-- Every command ever offered, with the workers that offer it now.
select name, description, schema, array(
    select id from workers where commands.name = any (workers.commands) and state <> 'offline' order by id) as workers
from commands
order by name
