-- Placement may use $2 slots of the worker $1.
update workers set capacity_override = $2 where id = $1 returning id
