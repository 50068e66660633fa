"""Numbers out of outputs: patterns, what they are searched in, and what was found.

One reader for the engine's patterns and for ``pulsetui run --metric``. It searches what a screen would show
of an output (``clean.shown``), line by line: of a line the first match counts, and of all lines the last
that has one, since a summary comes after the progress.

Patterns are written in Python's dialect and searched by RE2, in time linear in the length of the text,
whatever the pattern: Python's own engine backtracks, and one line of a log could hold everything up. What RE2
does not know is refused when a pattern is read, with its place; what it spells in another way is translated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from pulsetui.core.text.clean import clean, decode, encoding_of, shown
from pulsetui.core.text.number import number
from pulsetui.core.text.output import KEPT
from pulsetui.errors import PulseError

MAX_SHOWN_LENGTH = 40
"""Characters of an unreadable number that are said."""

_MAX_MEMORY = 1 << 20
"""Bytes that one compiled pattern may take, what it learns while it searches included."""

_MAX_PROGRAM_SIZE = 1500
"""Instructions of a compiled pattern (a usual one has some dozens): each may cost time at every character."""

_MAX_AT_ONCE = 50_000_000
"""Instructions times bytes of one search, which nothing can interrupt: a quarter of a second at worst, and
then only for a pattern and a text that were made for it. Usual patterns search a usual output in one."""

# Letters and digits of all scripts, as ranges that compile small; RE2's own \w knows only ASCII.
_WORD = (
    r"0-9A-Z_a-z\x{aa}\x{b2}\x{b3}\x{b5}\x{b9}\x{ba}\x{bc}-\x{be}\x{c0}-\x{d6}\x{d8}-\x{f6}\x{f8}-\x{2c1}"
    r"\x{370}-\x{1fff}\x{2c00}-\x{2dff}\x{3005}-\x{3007}\x{3041}-\x{d7ff}\x{f900}-\x{fdcf}\x{fe70}-\x{fefc}"
    r"\x{ff10}-\x{ff19}\x{ff21}-\x{ff3a}\x{ff41}-\x{ff5a}\x{ff66}-\x{ffdc}\x{10000}-\x{1efff}\x{20000}-\x{3ffff}"
)
_NO_WORD = (
    r"\x{00}-\x{2f}\x{3a}-\x{40}\x{5b}-\x{5e}\x{60}\x{7b}-\x{a9}\x{ab}-\x{b1}\x{b4}\x{b6}-\x{b8}\x{bb}\x{bf}"
    r"\x{d7}\x{f7}\x{2c2}-\x{36f}\x{2000}-\x{2bff}\x{2e00}-\x{3004}\x{3008}-\x{3040}\x{e000}-\x{f8ff}"
    r"\x{fdd0}-\x{fe6f}\x{fefd}-\x{ff0f}\x{ff1a}-\x{ff20}\x{ff3b}-\x{ff40}\x{ff5b}-\x{ff65}\x{ffdd}-\x{ffff}"
    r"\x{1f000}-\x{1ffff}\x{40000}-\x{10ffff}"
)
_ESCAPES = frozenset("AbBdDsSwWzZafnrtvxuUpP")
"""Letters that mean something after a backslash; the others are typing mistakes, as they are in Python."""

_PIECE = re.compile(
    r"(?P<escape>\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|(?s:.)))"
    r"|(?P<set>\[\^?\]?(?:[^\]\\]|\\(?s:.))*\])"
    r"|(?P<comment>\(\?\#[^)]*\))"
    r"|(?P<flags>\(\?[aiLmsux]*(?:-[imsx]+)?[:)])"
    r"|(?P<group>\(\?(?:P[=<>]?|<?[=!]|>|\(|))"
    r"|(?P<repeat>(?:[*+?]|\{\d*,?\d*\})[?+]?)"
    r"|(?P<plain>(?s:.))"
)
_MAX_REPEATS = 1000  # of RE2
_BY_LINE = "(?m)"
_NUMBER_CUT_OFF = re.compile(r"[0-9.,+\-eE]*")

_LOOKS = {"(?=": "ahead", "(?!": "ahead", "(?<=": "behind", "(?<!": "behind"}


class PatternError(PulseError):
    """The text is not a pattern that can be searched for. The message says why, and at which character."""


class TookTooLongError(PulseError):
    """There was no time to search all of an output."""


class Pattern:
    """A pattern for one number. Equal when the texts are."""

    __slots__ = ("_at_once", "_compiled", "_group", "_has_tabs", "_is_by_line", "groups", "text")

    def __init__(self, text: str) -> None:
        """Raises PatternError."""
        self.text = text
        self._compiled = _compile(text)
        self.groups: int = self._compiled.groups
        self._group = 1 if self.groups else 0
        self._has_tabs = "\t" in text or r"\t" in text
        self._is_by_line = not re.search(r"\\[AZz]", text)  # so that several lines can be looked at together
        self._at_once = _MAX_AT_ONCE // self.size

    @property
    def size(self) -> int:
        """Its compiled instructions: a measure of what a search may cost at most for each character."""
        return int(self._compiled.programsize)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pattern) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Pattern({self.text!r})"

    def last(self, text: Text, is_over: Callable[[], bool] = lambda: False) -> str | None:
        """What its first group (without one, all of it) matched: the first match of the last line that has
        one; None when no line has.

        Raises TookTooLongError once ``is_over`` says, several times in a second, that there is no more time.
        """
        lines = text.with_tabs if self._has_tabs else text.with_spaces
        end = len(lines)
        while end >= 0:
            begin = self._start_of_portion(lines, end)
            literal = self._last_of(lines[begin:end], is_over)
            if literal is not None:
                return literal
            end = begin - 1
        return None

    def _start_of_portion(self, lines: bytes, end: int) -> int:
        """Where the lines begin that are searched together with the last one before ``end``."""
        start = max(end - self._at_once, 0)
        line_end = lines.find(b"\n", start, end) if start else -1
        return line_end + 1 if line_end >= 0 else lines.rfind(b"\n", 0, start) + 1

    def _last_of(self, lines: bytes, is_over: Callable[[], bool]) -> str | None:
        begin, end = 0, len(lines)
        if self._is_by_line and end <= self._at_once:
            # One look at all of them says where the first line is that may match.
            first = self._search(lines, 0, end, is_over)
            if first is None:
                return None
            begin = lines.rfind(b"\n", 0, first.start()) + 1
        while end >= begin:
            start = max(lines.rfind(b"\n", begin, end) + 1, begin)
            found = self._first_of(lines[start:end], is_over)
            literal = found and found.group(self._group)
            if literal:
                return bytes(literal).decode("utf-8", "replace")
            end = start - 1
        return None

    def _first_of(self, line: bytes, is_over: Callable[[], bool]) -> Any:
        """The first match of a line. A very long one is searched in portions that overlap."""
        at = 0
        while True:
            end = min(at + self._at_once, len(line))
            found = self._search(line, at, end, is_over)
            if end == len(line) or (found is not None and found.end(self._group) < end):
                return found
            may_go_on = found is not None and found.start() > at  # behind the portion
            at = found.start() if may_go_on else end - self._at_once // 4

    def _search(self, text: bytes, start: int, end: int, is_over: Callable[[], bool]) -> Any:
        if is_over():
            raise TookTooLongError
        return self._compiled.search(text, start, end)


class Text:
    """An output made ready for searching: its head, and what is known of the rest of it."""

    __slots__ = ("_shown", "_with_spaces", "_with_tabs", "skipped")

    def __init__(self, head: bytes, rest: bytes = b"", skipped: int = 0, *, is_end: bool = False) -> None:
        """``skipped`` bytes between the two were dropped, or after the head when there is no rest. ``is_end``
        says that the head is the end of a longer output."""
        encoding = encoding_of(head)
        if rest and not skipped:
            head, rest = head + rest, b""
        text = decode(head, encoding)
        if is_end:
            text = text[_cut_off_at_start(text) :]
        if skipped:
            text = text[: len(text) - _cut_off_at_end(text)]
        if rest:
            width = 4 if "32" in encoding else 2 if "16" in encoding else 1
            later = decode(rest[-(len(head) + skipped) % width :], encoding)
            text = f"{text}\n{later[_cut_off_at_start(later) :]}"
        self.skipped = skipped
        self._shown = shown(text)
        self._with_tabs: bytes | None = None
        self._with_spaces: bytes | None = None

    @property
    def with_tabs(self) -> bytes:
        """UTF-8, lines end in a line feed."""
        if self._with_tabs is None:
            self._with_tabs = self._shown.encode()
        return self._with_tabs

    @property
    def with_spaces(self) -> bytes:
        """The same with a space for each tab, which is how it looks."""
        if self._with_spaces is None:
            self._with_spaces = self.with_tabs.replace(b"\t", b" ")
        return self._with_spaces


def _cut_off_at_end(text: str) -> int:
    match = _NUMBER_CUT_OFF.match(text[-1:-200:-1])
    return match.end() if match else 0


def _cut_off_at_start(text: str) -> int:
    match = _NUMBER_CUT_OFF.match(text[:200])
    return match.end() if match else 0


def read(
    patterns: Mapping[str, Pattern], text: Text, is_over: Callable[[], bool] = lambda: False
) -> tuple[dict[str, float], dict[str, str]]:
    """The numbers found by name; and of the others, where more is to be said than that nothing matched, why.

    ``is_over`` says that there is no more time.
    """
    values: dict[str, float] = {}
    unread: dict[str, str] = {}
    for name, pattern in patterns.items():
        try:
            literal = pattern.last(text, is_over)
        except TookTooLongError:
            unread[name] = "the output took too long to search"
            continue
        value = None if literal is None else number(literal)
        if value is not None:
            values[name] = value
        elif literal is not None:
            unread[name] = not_a_number(literal)
        elif text.skipped:
            unread[name] = (
                f"not found, and {_bytes_text(text.skipped)} in the middle of the output were not searched"
            )
    return values, unread


def not_a_number(literal: str) -> str:
    """What is said of a text that should be one."""
    return f"{clean(literal, MAX_SHOWN_LENGTH) or 'nothing'} is not a number"


def _bytes_text(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= KEPT else f"{size} bytes"


# --- Python's dialect, as RE2 spells it --------------------------------------------------------------


@lru_cache(maxsize=4096)
def _compile(text: str) -> Any:  # a re2 pattern: that module says nothing about types
    """Raises PatternError."""
    try:
        import re2
    except ImportError as error:
        raise PatternError(
            f"patterns are searched with google-re2, which cannot be loaded ({error});"
            " install it with: pip install google-re2"
        ) from error
    options = re2.Options()
    options.log_errors = False  # it would write to standard error, over the screen
    options.max_mem = _MAX_MEMORY
    try:
        compiled = re2.compile(_translated(text).encode("utf-8", "replace"), options)
    except re2.error as error:
        said = error.args[0] if error.args else ""
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        raise PatternError(clean(words.replace(_BY_LINE, ""))) from None
    if compiled.programsize > _MAX_PROGRAM_SIZE:
        raise PatternError("it is too large: write fewer or smaller counted repeats")
    return compiled


def _translated(text: str) -> str:
    pieces: list[str] = [_BY_LINE]
    for match in _PIECE.finditer(text):
        piece, at = match[0], match.start()
        kind = match.lastgroup
        if kind == "escape":
            pieces.append(_escape(text, piece, at))
        elif kind == "set":
            pieces.append(_set(piece, at))
        elif kind == "flags":
            pieces.append(_flags(piece, at))
        elif kind == "group":
            pieces.append(_group(piece, at))
        elif kind == "repeat":
            pieces.append(_repeat(piece, at))
        elif kind == "plain":
            pieces.append(_literal(piece))
    return "".join(pieces)


def _literal(character: str) -> str:
    """In the text that is searched every kind of space is the plain one, and nothing is invisible."""
    return character if character.isascii() else shown(character)


def _escape(text: str, piece: str, at: int) -> str:
    letter = piece[1]
    if letter in "wW":
        return f"[{'^' if letter == 'W' else ''}{_WORD}]"
    if letter in "bB":
        around = text[max(at - 1, 0) : at] + text[at + 2 : at + 3]
        if not around.isascii():
            raise PatternError(
                f"\\{letter} at character {at + 1} knows only the letters a to z: leave it out"
            )
    if letter == "Z":
        return r"\z"
    if letter in "123456789":
        raise PatternError(_unknown(f"the backreference {piece}", at))
    return _escaped(piece, at)


def _escaped(piece: str, at: int) -> str:
    """An escape that means the same inside a set and outside."""
    letter = piece[1]
    if letter in "uU" and len(piece) > 2:
        return rf"\x{{{piece[2:]}}}"
    if letter.isascii() and letter.isalpha() and (letter not in _ESCAPES or letter in "uU"):
        raise PatternError(f"\\{letter} at character {at + 1} means nothing")
    return piece if letter.isascii() else _literal(letter)


def _set(piece: str, at: int) -> str:
    inner = piece[1:-1]
    negated = inner.startswith("^")
    inner = inner[negated:]
    if inner.startswith("["):
        raise PatternError(f"possible nested set at character {at + 1}; for a bracket write \\[")
    parts: list[str] = []
    for match in re.finditer(r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|(?s:.))|(?s:.)", inner):
        part = match[0]
        if part == r"\w":
            parts.append(_WORD)
        elif part == r"\W":
            parts.append(_NO_WORD)
        elif part == r"\b":
            parts.append(r"\x08")
        elif part == "[":
            parts.append(r"\[")
        elif part[0] == "\\":
            parts.append(_escaped(part, at + 1 + negated + match.start()))
        else:
            parts.append(_literal(part))
    return f"[{'^' if negated else ''}{''.join(parts)}]"


def _flags(piece: str, at: int) -> str:
    if "x" in piece:
        raise PatternError(_unknown(f"the flag x of {piece}", at))
    on, minus, off = piece[2:-1].partition("-")
    on = "".join(flag for flag in on if flag in "ims")
    if not on and not minus:
        return "(?:" if piece[-1] == ":" else ""
    return f"(?{on}{minus}{off}{piece[-1]}"


def _group(piece: str, at: int) -> str:
    if piece in _LOOKS:
        raise PatternError(_unknown(f"{piece}…), which looks {_LOOKS[piece]},", at))
    if piece in ("(?P=", "(?P>", "(?("):
        raise PatternError(_unknown(f"the backreference {piece}…)", at))
    if piece == "(?>":
        raise PatternError(_unknown("the atomic group (?>…)", at))
    return piece


def _repeat(piece: str, at: int) -> str:
    if len(piece) > 1 and piece.endswith("+"):
        raise PatternError(_unknown(f"the possessive repeat {piece}", at))
    if any(int(count) > _MAX_REPEATS for count in re.findall(r"\d+", piece)):
        raise PatternError(f"the repeat {piece} at character {at + 1} is more than {_MAX_REPEATS}")
    return piece.replace("{,", "{0,", 1)


def _unknown(what: str, at: int) -> str:
    return (
        f"{what} at character {at + 1} cannot be searched for: metrics are found in one pass over the output,"
        " without going back"
    )
