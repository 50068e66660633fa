"""checks.toml on disk: loaded whole, edited in place, replaced without loss, watched for edits by others."""
