"""Commands for a shell with places in them that values are put into, whatever quotes they stand in."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable


def filled(template: str, place: re.Pattern[str], value: Callable[[re.Match[str]], str]) -> str:
    """The command with ``value`` of each ``place``. What is put in is quoted for where it stands, so that the
    shell takes it for text, whatever it is. A place must hold neither quotes nor backslashes."""
    done: list[str] = []
    at = 0
    quote = ""
    for found in place.finditer(template):
        before = template[at : found.start()]
        quote = _quote_after(before, quote)
        done += [before, _quoted(value(found), quote)]
        at = found.end()
    return "".join((*done, template[at:]))


def _quote_after(text: str, quote: str) -> str:
    """In which kind of quotes the text behind ``text`` stands, if it begins within ``quote``."""
    at = 0
    while at < len(text):
        character = text[at]
        if character == "\\" and quote != "'":
            at += 1
        elif quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        at += 1
    return quote


def _quoted(text: str, quote: str) -> str:
    if quote == "'":
        return text.replace("'", "'\\''")
    if quote == '"':
        return re.sub(r'([\\"$`])', r"\\\1", text)
    return shlex.quote(text)
