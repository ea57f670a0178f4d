-- The server $1 has stopped.
delete from servers where id = $1
