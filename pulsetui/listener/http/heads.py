"""What is known of one request: its fields, as llhttp reads them, and what is kept of its body."""

from __future__ import annotations

import re
from weakref import WeakSet

from httptools import HttpParserUpgrade, HttpRequestParser

from pulsetui.core.text.output import Output

_MAX_REMEMBERED = 256
_MAX_REMEMBERED_SIZE = 1024
"""Heads that are remembered, and the bytes that one of them may have."""

MAX_ENDS = 32
"""At most this many requests at once have the end of a long body kept for a while: it bounds the memory."""

_UPGRADE_LINE = re.compile(rb"\r\nupgrade:[^\r\n]*", re.IGNORECASE)


class Incoming:
    """One request. ``complete`` is set when its head announces no body; else ``on_body`` takes that."""

    __slots__ = ("_ends", "_limit", "_output", "complete", "headers", "on_header")

    def __init__(self, limit: int, ends: WeakSet[Output] | None = None) -> None:
        """Of the body ``limit`` bytes are kept, and its end as well where ``ends`` has room for one more."""
        self.headers: dict[bytes, bytes] = {}
        self.on_header = self.headers.__setitem__  # no Python frame for each header line
        self.complete = False
        self._limit = limit
        self._ends = ends
        self._output: Output | None = None

    @property
    def size(self) -> int:
        """Bytes of the body."""
        return 0 if self._output is None else self._output.size

    @property
    def is_full(self) -> bool:
        """Whether more has come than is kept."""
        return self.size > self._limit

    @property
    def kept(self) -> bytes:
        """The body, or its beginning."""
        return b"" if self._output is None else self._output.head

    @property
    def rest(self) -> bytes:
        """The end of what followed."""
        return b"" if self._output is None else self._output.rest

    def cut(self) -> None:
        """What would still come is not read: a number that it ends in may be half of one."""
        if self._output is not None:
            self._output.cut()

    def on_headers_complete(self) -> None:
        # llhttp leaves blanks after a value, which are not part of it (RFC 9110 5.5).
        self.headers = {name.lower(): value.rstrip(b" \t") for name, value in self.headers.items()}

    def on_body(self, data: bytes) -> None:
        output = self._output
        if output is None:
            output = self._output = Output(kept=self._limit, searched=0)
        if self._ends is not None and output.size + len(data) > self._limit:
            if len(self._ends) < MAX_ENDS:
                self._ends.add(output)
                output.keep_end()
            self._ends = None
        output.add(data)

    def on_message_complete(self) -> None:
        self.complete = True


class Heads:
    """Parses what follows the request line. Jobs send the same few heads over and over, so those of requests
    without a body are remembered: llhttp costs more than all else that reads a ping."""

    def __init__(self, limit: int) -> None:
        """Of bodies, ``limit`` bytes are kept."""
        self._limit = limit
        self._ends: WeakSet[Output] = WeakSet()
        self._remembered: dict[bytes, Incoming] = {}

    def __len__(self) -> int:
        return len(self._remembered)

    def parse(self, fields: bytes) -> Incoming:
        """A request from its whole head. Raises HttpParserError or HttpParserUpgrade if it is not valid."""
        known = self._remembered.get(fields)
        if known is not None:
            return known
        incoming = _parse(fields, self._limit, self._ends)
        if incoming.complete and len(fields) <= _MAX_REMEMBERED_SIZE:
            if len(self._remembered) >= _MAX_REMEMBERED:
                self._remembered.clear()
            self._remembered[fields] = incoming
        return incoming


def _parse(fields: bytes, limit: int, ends: WeakSet[Output]) -> Incoming:
    incoming = Incoming(limit, ends)
    try:
        HttpRequestParser(incoming).feed_data(fields)
    except HttpParserUpgrade:
        # No upgrade is offered here, so the request means what it says without that line (RFC 9110 7.8).
        incoming = Incoming(limit, ends)
        HttpRequestParser(incoming).feed_data(_UPGRADE_LINE.sub(b"", fields))
    return incoming
