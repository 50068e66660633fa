"""Readers of the small tables of checks.toml, each with a value of its own."""
