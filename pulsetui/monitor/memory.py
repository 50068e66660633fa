"""What a large start has needed, and nothing needs any more, goes back to the system."""

from __future__ import annotations

_LARGE = 5_000
"""Checks from which on it is worth while: of 100,000 it is 40 MB."""


def give_back(checks: int) -> None:
    """The allocator keeps the room of what was freed, for later; after the start of many ``checks`` there is
    no such later. Takes some milliseconds. Does nothing where the C library has no such call (it is glibc's).
    """
    if checks < _LARGE:
        return
    try:
        import ctypes  # rare: no usual start pays for it

        ctypes.CDLL(None).malloc_trim(0)
    except (ImportError, OSError, AttributeError):
        pass
