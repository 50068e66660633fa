"""The host of the engine: its crontabs and timers, and which check each of their jobs reports to."""
