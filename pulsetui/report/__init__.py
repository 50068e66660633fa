"""Audit trails: details in, a report out."""
