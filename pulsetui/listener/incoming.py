"""What llhttp says of one request: its fields, and the framing of its body."""

from __future__ import annotations

import re

from httptools import HttpParserUpgrade, HttpRequestParser

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


def parse_head(fields: bytes, limit: int) -> tuple[Incoming, HttpRequestParser]:
    """A request from its whole head, of whose body ``limit`` bytes are kept. Raises HttpParserError."""
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
