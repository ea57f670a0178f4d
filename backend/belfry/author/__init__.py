"""The side of job authors: the worker, its links to a server, and the built-in commands."""
