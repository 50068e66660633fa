"""TOML as text: what it means, where each key is written, and changes that leave every other byte alone."""
