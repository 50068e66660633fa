"""A kept body as lines to show: as text, with its control characters spelled out, or byte by byte.

Bodies come from the network. Whatever the way of showing, no line holds a control character, every
character is as wide as it is counted, and the number of lines and their length are bounded.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

from rich.cells import cell_len

from pulsetui.core.text.clean import clean_lines, decode
from pulsetui.core.text.phrases import count_text
from pulsetui.tui.draw.lines import ELLIPSIS, agreed_widths

Way = Literal["text", "raw", "hex"]

MAX_LINES = 5000
MAX_COLUMNS = 2000
_HEX_ROW = 16
_BINARY_SHARE = 0.10  # more broken or control bytes than this is no text
_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_ORDINARY = frozenset("\t\n\r\x1b\f\b")


def is_binary(body: bytes) -> bool:
    """Whether it says nothing as text: a NUL in it, or many bytes that are no text."""
    text = decode(body)
    if "\0" in text:
        return True
    odd = sum(
        1
        for character in text
        if character == "\N{REPLACEMENT CHARACTER}" or (character < " " and character not in _ORDINARY)
    )
    return bool(text) and odd / len(text) > _BINARY_SHARE


def body_lines(body: bytes, way: Way) -> list[str]:
    """The body shown that way; nothing for an empty one."""
    if not body:
        return []
    if way == "hex":
        return hex_lines(body)
    if way == "raw":
        return raw_lines(body)
    return [agreed_widths(line) for line in clean_lines(decode(body), MAX_LINES, MAX_COLUMNS)]


def raw_lines(body: bytes) -> list[str]:
    """Line by line, what cannot be seen spelled out as Python does: tabs, colour codes, direction marks."""
    lines = body.decode("utf-8", "backslashreplace").split("\n")
    if lines and not lines[-1]:
        lines.pop()
    shown = [_cut(escaped(line)) for line in lines[:MAX_LINES]]
    if len(lines) > MAX_LINES:
        shown.append(f"… {count_text(len(lines) - MAX_LINES, 'more line')}")
    return shown


def escaped(text: str) -> str:
    """One line with every character that is not plainly visible spelled as an escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(character if _is_plain(character) else _spelled(character) for character in text)


def hex_lines(body: bytes) -> list[str]:
    """``00000010  68 65 6c 6c 6f …  |hello…|``, sixteen bytes a line."""
    lines = []
    for at in range(0, min(len(body), MAX_LINES * _HEX_ROW), _HEX_ROW):
        row = body[at : at + _HEX_ROW]
        letters = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row)
        numbers = f"{row[:8].hex(' ')}  {row[8:].hex(' ')}"
        lines.append(f"{at:08x}  {numbers:<48}  |{letters}|")
    if len(body) > MAX_LINES * _HEX_ROW:
        lines.append(f"… {count_text(len(body) - MAX_LINES * _HEX_ROW, 'more byte')}")
    return lines


def split_lines(body: bytes) -> list[str]:
    """The lines of a body as they were sent: only the line ends are taken as one."""
    lines = _LINE_ENDS.split(decode(body))
    if lines and not lines[-1]:
        lines.pop()
    return lines


def chunks(text: str, width: int) -> list[str]:
    """``text`` in pieces of at most ``width`` cells (a wide character may stand alone); joined they are the
    text again, so that a place in the line is a place in its pieces."""
    if width <= 0 or cell_len(text) <= width:
        return [text]
    pieces, start, taken = [], 0, 0
    for index, character in enumerate(text):
        size = cell_len(character)
        if taken + size > width and index > start:
            pieces.append(text[start:index])
            start, taken = index, 0
        taken += size
    pieces.append(text[start:])
    return pieces


@lru_cache(maxsize=4096)
def _is_plain(character: str) -> bool:
    """Whether it is seen, and as wide as it is counted: Python calls more than that printable."""
    if character == " ":
        return True
    if unicodedata.category(character) == "Co":
        return False  # private: a picture in one font, a box in another
    return agreed_widths(character) == character and clean_lines(character, 1, 4) == [character]


def _spelled(character: str) -> str:
    code = ord(character)
    short = {"\t": "\\t", "\r": "\\r", "\n": "\\n"}.get(character)
    if short:
        return short
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _cut(line: str) -> str:
    return line if len(line) <= MAX_COLUMNS else line[: MAX_COLUMNS - 1] + ELLIPSIS
