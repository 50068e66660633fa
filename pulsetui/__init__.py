"""PulseTUI: a heartbeat monitor for scheduled jobs, in a terminal."""
