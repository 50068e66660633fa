"""The screen in ASCII, for terminals without the other glyphs: every cell stays a cell.

Widgets choose letters of their own where shapes carry a meaning (a bar's marks, a status). Whatever is left,
borders and Textual's own widgets included, passes through here last, line by line as it is painted.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_STRANGE = "?"
_LIKE: Mapping[str, str] = {  # what stands for it: the glyphs that it stands for
    "-": "–—―‐‑‒−·•─━┄┅┈┉╌╍═╴╶▔",
    "_": "▁▂▃",
    "=": "‖▄▅▆▀",
    "#": "▇█▉▊▋▓▒■╪",
    ":": "░",
    "|": "│┃┆┇┊┋╎╏║▌▍▎▏▐▕",
    "+": "┌┍┏┐┓└┗┘┛├┝┣┤┫┬┳┴┻┼╋╔╗╚╝╠╣╦╩╬╭╮╯╰▖▗▘▙▛▜▝▟◆",
    "a": "◇",
    "c": "↶",
    "~": "…◐",
    "*": "●★✔✓",
    "o": "○□◯☐ø",
    "O": "Ø",
    "l": "ł",
    "L": "Ł",
    "?": "◌",
    ".": "◦",
    "2": "⇉",
    "/": "╱",
    "x": "×✗✘☒",
    "X": "✖",
    "!": "≠",
    "<": "←‹«◀◂◄≤",
    ">": "→›»▶▸►≥",
    "^": "↑⇧⌃▲▴△",
    "v": "↓▼▾▽",
    "u": "µμ",
    "'": "‘’ʼ′",
    '"': "“”″",
}


class _Letters(dict[int, str]):
    """What each character becomes, as many cells as it took. Remembers the first plane only, so that text
    from outside cannot fill the memory."""

    def __missing__(self, code: int) -> str:
        letters = _letters(chr(code))
        if code < 0x10000:
            self[code] = letters
        return letters


def _letters(character: str) -> str:
    if character.isascii():
        return character
    cells = cell_len(character)
    bare = "".join(part for part in unicodedata.normalize("NFKD", character) if part.isascii())
    if bare.strip() and len(bare) <= cells:
        return bare.ljust(cells)  # é is e, a wide letter is the letter and a blank
    return " " * cells if character.isspace() else _STRANGE * cells


_TABLE = _Letters({ord(glyph): letter for letter, glyphs in _LIKE.items() for glyph in glyphs})


def plain_text(text: str) -> str:
    """``text`` in ASCII and in as many cells."""
    if text.isascii():
        return text
    letters, cells = text.translate(_TABLE), cell_len(text)
    # Characters that are drawn together may take fewer cells than each for itself.
    return letters if len(letters) == cells else letters[:cells].ljust(cells)


class PlainGlyphs(LineFilter):
    """Lets nothing but ASCII through."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            segment
            if segment.text.isascii()
            else Segment(plain_text(segment.text), segment.style, segment.control)
            for segment in segments
        ]


def lacks_glyphs(environ: Mapping[str, str], encoding: str | None) -> bool:
    """Whether the terminal has no more than ASCII, by what the environment says of it. ``encoding`` is that
    of the output.

    The console of Linux and the terminals called vt… have fonts with few of the glyphs. In the C locale, or
    one that is not installed, Python writes UTF-8 all the same and says so in LC_CTYPE: what the person set
    is then in LANG.
    """
    term = environ.get("TERM", "")
    if term in {"linux", "dumb"} or (term.startswith("vt") and term[2:3].isdigit()):
        return True
    kind = environ.get("LC_CTYPE", "")
    locale = environ.get("LC_ALL") or (kind if kind != "C.UTF-8" else "") or environ.get("LANG") or kind
    charset = locale.partition(".")[2].partition("@")[0] if "." in locale else ""
    if locale in {"C", "POSIX"} or (charset and charset.lower().replace("-", "") != "utf8"):
        return True
    try:
        "●…─".encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return True
    return False
