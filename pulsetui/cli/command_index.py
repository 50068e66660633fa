"""Finds the command's name on the command line, before any parser is loaded."""

from __future__ import annotations

VALUE_OPTIONS = frozenset({"--config", "--state-dir", "--listen", "--attach", "--api-key", "--url"})
"""Options that may precede the command's name and take a value."""


def command_index(arguments: list[str]) -> int | None:
    """The index of the command's name; None if there is none."""
    at = 0
    while at < len(arguments):
        if not arguments[at].startswith("-"):
            return at
        at += 2 if arguments[at] in VALUE_OPTIONS else 1
    return None
