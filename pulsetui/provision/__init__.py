"""Checks out of schedules that stand elsewhere: in crontabs, timers, code."""
