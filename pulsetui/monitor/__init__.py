"""The engine: the one writer of state, and what keeps time."""
