"""What may name a check. It imports next to nothing: it is read beside jobs, too."""

from __future__ import annotations

from pulsetui.core.text.printable import printable
from pulsetui.errors import UsageError

MAX_SLUG_LENGTH = 100
_SLUG_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")

_WORD_CHARACTERS = _SLUG_CHARACTERS - {"-", "_"}


def check_slug(text: str) -> str:
    """``text`` if it may name a check (a slug or a uuid), else UsageError with the nearest that may."""
    if 0 < len(text) <= MAX_SLUG_LENGTH and _SLUG_CHARACTERS.issuperset(text):
        return text
    if not text:
        raise UsageError("the slug is empty; name the check, as in: pulsetui ping sync-invoices")
    lowered = "".join(c if c in _SLUG_CHARACTERS else "-" for c in text.lower())[:MAX_SLUG_LENGTH].strip("-")
    near = f'; try "{lowered}"' if lowered else ""
    raise UsageError(
        f"{printable(text, 60)!r} is not a valid slug: use at most {MAX_SLUG_LENGTH}"
        f" characters of a-z 0-9 - _{near}"
    )


def slug_for(name: str, longest: int = MAX_SLUG_LENGTH - 10) -> str:
    """The slug of what is called ``name``: ``shop.sync_invoices`` is ``shop-sync-invoices``; "" where nothing
    of it can stand in a slug. Shorter than a slug may be: there is room for a number behind it."""
    words = "".join(c if c in _WORD_CHARACTERS else " " for c in name.lower()).split()
    return "-".join(words)[:longest].strip("-")
