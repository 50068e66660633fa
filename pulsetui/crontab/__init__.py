"""Crontabs and systemd timers: read byte for byte, linted, edited in place, and made into checks."""
