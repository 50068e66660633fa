"""Proof of work: what must be seen of a job's result for its good report to be believed. Pure."""
