"""What is valid in checks.toml and still needs a person: said by ``validate`` and in notices."""
