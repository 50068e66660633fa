"""The host's own schedule, looked at now and then, so that a miss comes with what is known of it."""
