"""All checks on one time axis."""
