"""JSON that a terminal may be shown: what would be obeyed or not be seen is written as an escape.

JSON lets every character from U+0080 on stand as it is, among them the 8-bit forms of escape sequences
(U+009B, U+009D), those that turn the writing direction and those that draw nothing. Written as ``\\uXXXX``
they mean the same to every reader of JSON.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from pulsetui.core.text.clean import clean

_RARE: Final = re.compile(r"[\x7f-\U0010ffff]+")


def escape_json(text: str, encoding: str = "utf-8") -> str:
    """The JSON ``text`` with the same meaning and nothing unsafe in it, nor what ``encoding`` cannot say."""
    if not text.isascii() or "\x7f" in text:
        text = _RARE.sub(_escape, text)
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        text = _RARE.sub(lambda found: "".join(map(_unit, found[0])), text)
    return text


def _escape(found: re.Match[str]) -> str:
    return "".join(character if _is_plain(character) else _unit(character) for character in found[0])


@lru_cache(maxsize=8192)
def _is_plain(character: str) -> bool:
    """Whether it is shown as it is: what ``clean`` leaves alone. A mark stands on the letter before it."""
    return unicodedata.category(character) == "Zs" or clean(f"a{character}a") == f"a{character}a"


def _unit(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
