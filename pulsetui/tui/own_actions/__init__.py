"""A person's own actions: what ``[actions.NAME]`` of checks.toml puts at hand for a check."""
