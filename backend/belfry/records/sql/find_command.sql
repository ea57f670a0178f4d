-- The command $1, if anybody has ever offered it.
select name, description, schema from commands where name = $1
