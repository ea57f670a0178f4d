-- The value kept under the key $1.
select value from facts where key = $1
