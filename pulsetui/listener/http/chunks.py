"""The chunked transfer coding (RFC 9112 7.1).

Decoded here and not by llhttp, which does not say where in its bytes a body ended: what follows is the next
request, and its client waits for an answer. As strict as llhttp, since a lenient reader lets two programs see
different requests in the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_MAX_LINE = 16 * 1024
"""Bytes of one size line with its extensions, and of all trailers together."""

_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})(;[^\x00-\x08\x0a-\x1f\x7f]*)?")
_TRAILER = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\x00-\x08\x0a-\x1f\x7f]*")

_AT_SIZE, _IN_DATA, _AFTER_DATA, _IN_TRAILERS = range(4)


class ChunkError(Exception):
    """The bytes are not a chunked body."""


class ChunkTooLongError(ChunkError):
    """An extension or the trailers have no end."""


class Chunks:
    """Decodes one body."""

    __slots__ = ("_left", "_line", "_place", "_trailers")

    def __init__(self) -> None:
        self._place = _AT_SIZE
        self._left = 0  # bytes of the present chunk that are still to come
        self._line = b""  # the beginning of a line
        self._trailers = 0

    def feed(self, data: bytes, take: Callable[[bytes], None]) -> bytes | None:
        """Gives decoded bytes to ``take``. Returns what came after the end; None before the end.

        Raises ChunkError.
        """
        at = 0
        while at < len(data):
            if self._place == _IN_DATA:
                piece = data[at : at + self._left]
                take(piece)
                at += len(piece)
                self._left -= len(piece)
                if not self._left:
                    self._place = _AFTER_DATA
                continue
            end = data.find(b"\n", at)
            line = self._line + (data[at:] if end < 0 else data[at:end])
            if len(line) > _MAX_LINE:
                raise ChunkTooLongError
            if end < 0:
                self._line = line
                return None
            self._line = b""
            at = end + 1
            if not line.endswith(b"\r"):
                raise ChunkError
            if self._end_of_line(line[:-1]):
                return data[at:]
        return None

    def _end_of_line(self, line: bytes) -> bool:
        """Reads a line; True when the body ends with it."""
        if self._place == _IN_TRAILERS:
            return self._trailer(line)
        if self._place == _AFTER_DATA:
            if line:
                raise ChunkError
            self._place = _AT_SIZE
            return False
        size = _SIZE.fullmatch(line)
        if size is None:
            raise ChunkError
        self._left = int(size[1], 16)
        self._place = _IN_DATA if self._left else _IN_TRAILERS
        return False

    def _trailer(self, line: bytes) -> bool:
        if not line:
            return True
        self._trailers += len(line)
        if self._trailers > _MAX_LINE:
            raise ChunkTooLongError
        if _TRAILER.fullmatch(line) is None:
            raise ChunkError
        return False
