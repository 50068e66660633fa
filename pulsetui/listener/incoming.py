"""What llhttp says of one request: its fields, and the framing of its body."""

from __future__ import annotations

import re

from httptools import HttpParserUpgrade, HttpRequestParser

_REMEMBERED = 256
_REMEMBERED_SIZE = 1024
"""Heads that are remembered, and the bytes that one of them may have."""

_UPGRADE_LINE = re.compile(rb"\r\nupgrade:[^\r\n]*", re.IGNORECASE)


class Incoming:
    """What llhttp reports of one request; ``on_*`` are its callbacks."""

    __slots__ = ("chunks", "complete", "headers", "kept", "limit", "on_header", "overrun", "size")

    def __init__(self, limit: int) -> None:
        self.headers: dict[bytes, bytes] = {}
        self.on_header = self.headers.__setitem__  # no Python frame for each header line
        self.limit = limit
        self.chunks: list[bytes] = []
        self.kept = 0
        self.size = 0
        self.complete = False
        self.overrun = False

    def on_message_begin(self) -> None:
        # A further request in the same read, after a chunked body whose end only llhttp knows.
        self.overrun = self.complete

    def on_headers_complete(self) -> None:
        if not self.overrun:
            self.headers = {name.lower(): value for name, value in self.headers.items()}

    def on_body(self, data: bytes) -> None:
        if self.overrun:
            return
        self.size += len(data)
        room = self.limit - self.kept
        if room > 0:
            self.chunks.append(data if len(data) <= room else data[:room])
            self.kept += min(len(data), room)

    def on_message_complete(self) -> None:
        self.complete = True


class Heads:
    """Parses what follows the request line. Jobs send the same few heads over and over, so those of requests
    without a body are remembered: llhttp costs more than all else that reads a ping."""

    def __init__(self, limit: int) -> None:
        """Of bodies, ``limit`` bytes are kept."""
        self._limit = limit
        self._remembered: dict[bytes, Incoming] = {}

    def __len__(self) -> int:
        return len(self._remembered)

    def parse(self, fields: bytes) -> tuple[Incoming, HttpRequestParser | None]:
        """A request from its whole head; the parser goes on with its body. Raises HttpParserError."""
        known = self._remembered.get(fields)
        if known is not None:
            return known, None
        incoming, parser = _parse(fields, self._limit)
        if incoming.complete and not incoming.overrun and len(fields) <= _REMEMBERED_SIZE:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            self._remembered[fields] = incoming
        return incoming, parser


def _parse(fields: bytes, limit: int) -> tuple[Incoming, HttpRequestParser]:
    incoming = Incoming(limit)
    parser = HttpRequestParser(incoming)
    try:
        parser.feed_data(fields)
    except HttpParserUpgrade:
        # No upgrade is offered here, so the request means what it says without that line.
        incoming = Incoming(limit)
        parser = HttpRequestParser(incoming)
        parser.feed_data(_UPGRADE_LINE.sub(b"", fields))
    return incoming, parser
