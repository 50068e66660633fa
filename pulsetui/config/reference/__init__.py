"""What may stand in checks.toml, in words: for ``pulsetui help config`` and docs/checks-toml.md.

The readers beside this package judge; these tables say what they take. Tests hold each against the other: the
names, the examples and the defaults. Nothing that starts an engine loads it.
"""
