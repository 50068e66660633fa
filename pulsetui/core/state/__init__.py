"""What pings and the passing of time do to a check."""
