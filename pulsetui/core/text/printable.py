"""Text on one line, for messages of programs that must start fast. ``clean`` knows more, and costs more."""

from __future__ import annotations


def printable(text: str, limit: int) -> str:
    """``text`` on one line without control characters, cut to ``limit`` characters."""
    shown = "".join(c if c.isprintable() else "?" for c in text)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"
