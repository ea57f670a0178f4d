-- The server $2 lives at $1; its scheduler last ticked $3 seconds ago, $4 seconds after the due instant.
update servers set seen_at = $1, tick_at = $1::timestamptz - make_interval(secs => $3), tick_lag_seconds = $4 where id = $2
