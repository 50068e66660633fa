"""Looks for itself whether a job did its work: only reads, for a bounded time, and never in a ping's way."""
