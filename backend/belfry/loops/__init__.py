"""The three loops that turn the crank: scheduler, dispatcher, sessions."""
