"""Pure rules: they decide, and touch no database, socket or clock. Time is an argument."""
