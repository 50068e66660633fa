"""Text from outside made safe to show: names, ping bodies, user agents, error lines.

Everything that came over the network or out of a file goes through here before it reaches a screen, a
notification or a log. What comes out holds no control character, no escape code, nothing invisible and
nothing that turns the writing direction; it is still not markup-safe, which is the business of whoever
interprets markup.

| what | becomes |
| --- | --- |
| whole escape sequences (CSI, OSC, DCS, …), 7-bit and 8-bit | nothing |
| tab, line and paragraph separators, every kind of space | a space |
| other C0, C1, DEL; format characters (bidi, zero-width, tags); variation selectors | nothing |
| lone surrogates, unassigned code points | U+FFFD |
| more than four combining marks on one character | four of them |
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from typing import Final

ELLIPSIS: Final = "…"
REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"
TAB_COLUMNS: Final = 8
MARKS_IN_A_ROW: Final = 4
"""Vietnamese, Hebrew and Thai need up to three; more is a stack that paints over other lines."""

# ECMA-48. No part may reach over another control character, so that an unfinished sequence hides nothing
# of what follows (its introducer alone goes away) and the search stays linear.
_ESCAPE: Final = re.compile(
    r"""
      (?:\x1b\[|\x9b) [0-?]*+ [\x20-/]*+ (?:[@-~]|\Z)                                         # CSI
    | (?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f]) [^\x00-\x08\x0a-\x1f\x7f-\x9f]*+ (?:\x07|\x1b\\|\x9c) # strings
    | \x1b[\x20-/]*+[0-~]                                                                     # the short ones
    | \x1b
    """,
    re.VERBOSE,
)
_BREAK: Final = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_BLANK_LOOKING: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols that draw nothing: with them a name can look empty."""
_INVISIBLE_MARKS: Final = frozenset("\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f")
_MARKS: Final = ("Mn", "Me")


class _Safe(dict[int, str | int | None]):
    """What each code point becomes. Remembers the first plane only, so that text cannot fill the memory."""

    def __missing__(self, code: int) -> str | int | None:
        result = _safe(code)
        if code < 0x10000:
            self[code] = result
        return result


def _safe(code: int) -> str | int | None:
    character = chr(code)
    category = unicodedata.category(character)
    if category in {"Zs", "Zl", "Zp"} or character in "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85":
        return " "
    if character in _BLANK_LOOKING:
        return " "
    if category in {"Cc", "Cf"} or character in _INVISIBLE_MARKS or _is_variation_selector(code):
        return None
    if category in {"Cs", "Cn"}:
        return REPLACEMENT
    return code


def _is_variation_selector(code: int) -> bool:
    # Terminals do not agree on the width of what they select (emoji or text).
    return 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF


_SAFE: Final = _Safe()


_PLAIN_LINES: Final = re.compile(r"[\t\n -~]*+")
_MOVE: Final = re.compile(r"(?:\x1b\[|\x9b)[0-9;]{0,20}[ABEFGHJdf]")
_GAP: Final = re.compile(r"(?:\x1b\[|\x9b)([0-9]{0,4})C")
_MAX_GAP: Final = 500
_PORTION: Final = 50_000  # characters


class _SafeLines(_Safe):
    """The same for a text of several lines."""

    def __missing__(self, code: int) -> str | int | None:
        if code == 0x09:
            return code
        return "\n" if _BREAK.fullmatch(chr(code)) else super().__missing__(code)


_SAFE_LINES: Final = _SafeLines()
_MARKS_OF_ORDER: Final = (  # the longer ones first: a UTF-32 mark begins like a UTF-16 one
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def clean(text: str, limit: int | None = None) -> str:
    """One safe line: runs of white space are one space, none at the ends. Never fails.

    ``limit`` is the longest result in characters; what is cut ends in ``…``. Cleaning twice changes nothing.
    """
    line = " ".join(_harmless(text).split())
    return line if limit is None else _cut_characters(line, limit)


def clean_lines(text: str, max_lines: int, max_columns: int, *, tail: bool = False) -> list[str]:
    """At most ``max_lines`` safe lines of at most ``max_columns`` terminal cells, indents kept.

    Blank lines at both ends go away. What does not fit is told in the last line (``… 12 more lines``), or
    with ``tail``, which keeps the end of the text, in the first.
    """
    lines = _BREAK.split(_ESCAPE.sub("", text))
    while lines and not lines[-1].strip():
        lines.pop()
    start = next((index for index, line in enumerate(lines) if line.strip()), len(lines))
    lines = lines[start:]
    room = max(max_lines, 0)
    left_out = 0
    if len(lines) > room:
        kept = max(room - 1, 0)
        left_out = len(lines) - kept
        lines = lines[len(lines) - kept :] if tail else lines[:kept]
    cleaned = [_cut_columns(_harmless(line.expandtabs(TAB_COLUMNS)).rstrip(), max_columns) for line in lines]
    if left_out and room:
        note = _cut_columns(f"{ELLIPSIS} {left_out} {'earlier' if tail else 'more'} lines", max_columns)
        cleaned.insert(0 if tail else len(cleaned), note)
    return cleaned


def shown(text: str) -> str:
    """The text as a terminal shows it, for searching in it: lines end in a line feed whatever ended them,
    tabs stay, nothing is cut.

    What moves the cursor to another place begins another line, as a progress that is painted over does; over
    what stands before a backspace the next character is written.
    """
    if _PLAIN_LINES.fullmatch(text):
        return text
    text = text.replace("\r\n", "\n")
    return "".join(map(_shown, _portions(text)))


def _portions(text: str) -> Iterator[str]:
    """Whole lines, so many that no single step takes long: other threads have their turn in between."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + _PORTION) + 1 or len(text)
        yield text[start:end]
        start = end


def _shown(text: str) -> str:
    if "\x1b[" in text or "\x9b" in text:
        text = _GAP.sub(lambda match: " " * min(int(match[1] or 1), _MAX_GAP), _MOVE.sub("\n", text))
    text = _ESCAPE.sub("", text)
    if "\b" in text:
        text = "\n".join(map(_overwritten, text.split("\n")))
    return text.translate(_SAFE_LINES)


def _overwritten(line: str) -> str:
    """Without its backspaces."""
    if "\b" not in line:
        return line
    cells: list[str] = []
    at = 0
    for character in line:
        if character == "\b":
            at = max(at - 1, 0)
        else:
            cells[at : at + 1] = character
            at += 1
    return "".join(cells)


def encoding_of(body: bytes) -> str:
    """How a ping body is encoded: as its byte order mark says, else UTF-8."""
    return next((name for mark, name in _MARKS_OF_ORDER if body.startswith(mark)), "utf-8")


def decode(body: bytes, encoding: str = "") -> str:
    """The text of a ping body, or of a part of one that has this ``encoding``. Bytes that mean nothing become
    U+FFFD; the result is not cleaned."""
    return body.decode(encoding or encoding_of(body), "replace")


def columns(text: str) -> int:
    """How many terminal cells cleaned text takes, by the Unicode tables of this Python."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _harmless(text: str) -> str:
    """Without escape sequences and unsafe characters; spaces are kept as they are."""
    if _is_plain(text):
        return text
    text = _ESCAPE.sub("", text).translate(_SAFE)
    return text if text.isascii() else _without_stacked_marks(text)


def _without_stacked_marks(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in _MARKS else 0
        if marks <= MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept)


def _width(character: str) -> int:
    if unicodedata.category(character) in _MARKS:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _cut_characters(line: str, limit: int) -> str:
    if len(line) <= limit:
        return line
    return line[: limit - 1].rstrip() + ELLIPSIS if limit > 0 else ""


def _cut_columns(line: str, limit: int) -> str:
    if columns(line) <= limit:
        return line
    if limit <= 0:
        return ""
    used = 0
    for index, character in enumerate(line):
        used += _width(character)
        if used > limit - 1:
            return line[:index].rstrip() + ELLIPSIS
    return line
