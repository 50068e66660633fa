"""What the exit code of a command says. ``pulsetui --help`` and the README say the same."""

from __future__ import annotations

OK = 0
NOT_OK = 1
"""A check is down, there is no such check, or the engine refused."""
USAGE = 2
"""The command line, checks.toml, a directory or an address cannot be used as given."""
UNREACHABLE = 3
"""No engine answers."""
INTERRUPTED = 130
"""Ctrl-C, as in a shell."""
