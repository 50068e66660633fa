"""What somebody probably meant by a word that is not known: "did you mean …?"."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:  # this runs beside jobs, too, and imports next to nothing
    from collections.abc import Iterable

MIN_LIKENESS = 0.6
"""How alike two words must be (0 to 1): one letter in three may differ."""

MIN_LIKENESS_AMONG_MANY = 0.8
"""The same where hundreds of words are known, and something is always a little like it."""

_MAX_LENGTH = 100
"""Characters that are compared; anything longer is not a word."""


def nearest(word: str, known: Iterable[str], *, among_many: bool = False) -> str:
    """The member of ``known`` (in lower case) that ``word`` most likely means; "" if none is near."""
    from difflib import get_close_matches

    cutoff = MIN_LIKENESS_AMONG_MANY if among_many else MIN_LIKENESS
    matches = get_close_matches(word[:_MAX_LENGTH].lower(), list(known), n=1, cutoff=cutoff)
    return matches[0] if matches else ""
