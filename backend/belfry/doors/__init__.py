"""The doors: REST, live feed, worker socket, command line."""
