"""The one layer that records: PostgreSQL, its tables and the statements that move state."""
