"""What is known of one request: its fields, as llhttp reads them, and what is kept of its body."""

from __future__ import annotations

import re

from httptools import HttpParserUpgrade, HttpRequestParser

_REMEMBERED = 256
_REMEMBERED_SIZE = 1024
"""Heads that are remembered, and the bytes that one of them may have."""

_UPGRADE_LINE = re.compile(rb"\r\nupgrade:[^\r\n]*", re.IGNORECASE)


class Incoming:
    """One request. ``complete`` is set when its head announces no body; else ``on_body`` takes that."""

    __slots__ = ("chunks", "complete", "headers", "kept", "limit", "on_header", "size")

    def __init__(self, limit: int) -> None:
        self.headers: dict[bytes, bytes] = {}
        self.on_header = self.headers.__setitem__  # no Python frame for each header line
        self.limit = limit
        self.chunks: list[bytes] = []
        self.kept = 0
        self.size = 0
        self.complete = False

    def on_headers_complete(self) -> None:
        self.headers = {name.lower(): value for name, value in self.headers.items()}

    def on_body(self, data: bytes) -> None:
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

    def parse(self, fields: bytes) -> Incoming:
        """A request from its whole head. Raises HttpParserError or HttpParserUpgrade when it is none."""
        known = self._remembered.get(fields)
        if known is not None:
            return known
        incoming = _parse(fields, self._limit)
        if incoming.complete and len(fields) <= _REMEMBERED_SIZE:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            self._remembered[fields] = incoming
        return incoming


def _parse(fields: bytes, limit: int) -> Incoming:
    incoming = Incoming(limit)
    try:
        HttpRequestParser(incoming).feed_data(fields)
    except HttpParserUpgrade:
        # No upgrade is offered here, so the request means what it says without that line (RFC 9110 7.8).
        incoming = Incoming(limit)
        HttpRequestParser(incoming).feed_data(_UPGRADE_LINE.sub(b"", fields))
    return incoming
