"""Crontabs, read without losing a byte: every line is made of pieces, and the pieces are the file.

What is a setting and what is a job is decided as Debian's cron decides it (measured with ``crontab -n``):
``FOO = bar`` is a setting, ``FOO=`` is none, ``A B=c`` is a broken job. Blanks are spaces and tabs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct

PieceKind = Literal["space", "comment", "name", "equals", "value", "time", "user", "command", "end"]
LineKind = Literal["blank", "comment", "setting", "job"]

BOM = b"\xef\xbb\xbf"

_LINE = re.compile(rb"[^\n]*\n|[^\n]+")
_END = re.compile(rb"\r*\n?\Z")
_SETTING = re.compile(rb"""([ \t]*)("[^"]*"|'[^']*'|[^\s="'#][^\s=]*)([ \t]*=[ \t]*)(.*)\Z""", re.DOTALL)
_FIELD_COUNT = 5
_IGNORE = re.compile(r"#\s*pulsetui:\s*ignore\b[:\s]*([A-Za-z0-9, \t]*)")


class Piece(Struct, frozen=True):
    """Some bytes of a file: what they are, and where they begin."""

    kind: PieceKind
    data: bytes
    start: int

    @property
    def end(self) -> int:
        """The offset of the first byte behind it."""
        return self.start + len(self.data)

    @property
    def text(self) -> str:
        """As text; bytes that are not UTF-8 survive a way back through ``surrogateescape``."""
        return decoded(self.data)


class CrontabLine(Struct, frozen=True):
    """One line: ``pieces`` put together are its bytes, the line's end among them."""

    number: int  # counted from 1
    kind: LineKind
    pieces: tuple[Piece, ...]

    @property
    def raw(self) -> bytes:
        return b"".join(piece.data for piece in self.pieces)

    @property
    def text(self) -> str:
        """Without the line's end."""
        return decoded(b"".join(piece.data for piece in self.pieces if piece.kind != "end"))

    def piece(self, kind: PieceKind) -> Piece | None:
        """Its first piece of that kind."""
        return next((piece for piece in self.pieces if piece.kind == kind), None)

    def part(self, kind: PieceKind) -> str:
        """The text of that piece, "" where the line has none."""
        piece = self.piece(kind)
        return piece.text if piece else ""

    def with_part(self, kind: PieceKind, text: str) -> str:
        """The line's text with another one in the place of that piece."""
        shown = (text if piece.kind == kind else piece.text for piece in self.pieces if piece.kind != "end")
        return "".join(shown)

    @property
    def ignored(self) -> tuple[str, ...]:
        """The codes that a ``# pulsetui: ignore CODE`` in this line names, in capitals."""
        found = _IGNORE.search(self.text)
        return tuple(found[1].upper().replace(",", " ").split()) if found else ()


class Crontab(Struct, frozen=True):
    """A crontab as it was read. ``has_users``: its lines name a user between the times and the command."""

    path: Path
    has_users: bool
    lines: tuple[CrontabLine, ...]
    owner: str = ""  # whose crontab it is, where lines name nobody and that is known

    @property
    def data(self) -> bytes:
        """The file's bytes."""
        return b"".join(line.raw for line in self.lines)

    def jobs(self) -> Iterator[tuple[CrontabLine, Mapping[str, str]]]:
        """Each job with the settings in force there: those above it, as cron reads them."""
        settings: dict[str, str] = {}
        for line in self.lines:
            if line.kind == "setting" and setting_flaw(line) == "":
                settings = {**settings, unquoted(line.part("name")): unquoted(line.part("value").rstrip())}
            elif line.kind == "job":
                yield line, settings

    def job_user(self, line: CrontabLine) -> str:
        """As whom a job runs; "" where that is not known."""
        return line.part("user") if self.has_users else self.owner


def read_crontab(path: Path, data: bytes, *, has_users: bool, owner: str = "") -> Crontab:
    """``data`` by lines. Nothing is refused: what cron does not take becomes a job with broken times."""
    lines = []
    at = 0
    for number, match in enumerate(_LINE.finditer(data), 1):
        lines.append(_line(number, match[0], at, has_users))
        at = match.end()
    return Crontab(path, has_users, tuple(lines), owner)


def setting_flaw(line: CrontabLine) -> Literal["", "empty", "quotes"]:
    """Why cron takes a setting for a broken job; "" when it takes it."""
    value = line.part("value").strip()
    if not value:
        return "empty"
    if value[0] in "\"'" and (len(value) < 2 or value.find(value[0], 1) != len(value) - 1):
        return "quotes"
    return ""


def unquoted(text: str) -> str:
    """A name or value without the quotes around it."""
    is_quoted = len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1] if is_quoted else text


def decoded(data: bytes) -> str:
    """Bytes as text that can be turned back into the same bytes with ``encoded``."""
    return data.decode("utf-8", "surrogateescape")


def encoded(text: str) -> bytes:
    """The bytes of a text from ``decoded``."""
    return text.encode("utf-8", "surrogateescape")


def _line(number: int, raw: bytes, at: int, has_users: bool) -> CrontabLine:
    end = _END.search(raw)
    assert end is not None  # it matches nothing, too
    body = raw[: end.start()]
    lead = BOM if number == 1 and body.startswith(BOM) else b""
    kind, parts = _parts(body[len(lead) :], has_users)
    cut = _Cutter(at)
    cut.take("space", lead)
    for piece_kind, data in parts:
        cut.take(piece_kind, data)
    cut.take("end", end[0])
    return CrontabLine(number, kind, tuple(cut.pieces))


class _Cutter:
    """Gives pieces their places."""

    def __init__(self, at: int) -> None:
        self.pieces: list[Piece] = []
        self._at = at

    def take(self, kind: PieceKind, data: bytes) -> None:
        if data:
            self.pieces.append(Piece(kind, data, self._at))
            self._at += len(data)


def _parts(body: bytes, has_users: bool) -> tuple[LineKind, list[tuple[PieceKind, bytes]]]:
    bare = body.lstrip(b" \t")
    if not bare:
        return "blank", [("space", body)]
    indent = body[: len(body) - len(bare)]
    if bare.startswith(b"#"):
        return "comment", [("space", indent), ("comment", bare)]
    if match := _SETTING.match(body):
        lead, name, equals, value = match.groups()
        return "setting", [("space", lead), ("name", name), ("equals", equals), ("value", value)]
    return "job", [("space", indent), *_job(bare, has_users)]


def _job(bare: bytes, has_users: bool) -> list[tuple[PieceKind, bytes]]:
    words = rb"@[^ \t]*" if bare.startswith(b"@") else rb"[^ \t]+(?:[ \t]+[^ \t]+){0,%d}" % (_FIELD_COUNT - 1)
    times = re.match(words, bare)
    assert times is not None  # it is not blank
    found: list[tuple[PieceKind, bytes]] = [("time", times[0])]
    rest = bare[times.end() :]
    if has_users:
        user = re.match(rb"([ \t]*)([^ \t]*)", rest)
        assert user is not None  # it matches nothing, too
        found += [("space", user[1]), ("user", user[2])]
        rest = rest[user.end() :]
    command = rest.lstrip(b" \t")
    return [*found, ("space", rest[: len(rest) - len(command)]), ("command", command)]
