"""Text in a message: what a terminal might obey, or not show, is written as an escape."""

from __future__ import annotations


def visible(text: str, keep: str = "") -> str:
    """``text`` with everything that is not printable as an escape of Python's; the characters of ``keep``
    stay."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep else _escape(c) for c in text)


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode()
