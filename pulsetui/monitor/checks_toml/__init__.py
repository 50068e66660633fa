"""How the engine follows checks.toml: what it does when the file changes, keeps of it, and says of it."""
