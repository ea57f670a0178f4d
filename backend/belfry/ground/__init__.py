"""What everything stands on: settings, errors, the clock. Imports nothing of Belfry's."""
