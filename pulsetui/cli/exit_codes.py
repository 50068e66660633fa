"""What the exit code of a command says. ``pulsetui --help`` and the README say the same."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

OK = 0
NOT_OK = 1
"""A check is down, there is no such check, or the engine refused."""
USAGE = 2
"""The command line, checks.toml, a directory or an address cannot be used as given."""
UNREACHABLE = 3
"""No engine answers."""
INTERRUPTED = 130
"""Ctrl-C, as in a shell."""

MEANINGS: Mapping[int, str] = {
    OK: "OK",
    NOT_OK: "a check is down, not found or refused",
    USAGE: "usage or configuration error",
    UNREACHABLE: "no engine can be reached",
    INTERRUPTED: "interrupted",
}
"""The same for people: in every help, and in the manual page."""
