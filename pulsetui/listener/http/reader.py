"""Reading requests: bytes in, whole requests out. It knows no socket, no loop and no clock.

The request line is split here, at its first and last space, since some clients send raw spaces and non-ASCII
bytes in their targets; header fields are llhttp's, which sees a neutral request line.

A body over a limit is cut, never refused: what came of it is handed over. A job whose output is long must not
look as if it had not run.
"""

from __future__ import annotations

import re
from typing import Final

from httptools import HttpParserError, HttpParserUpgrade

from pulsetui.listener.http.chunks import ChunkError, Chunks, ChunkTooLongError
from pulsetui.listener.http.heads import Heads, Incoming
from pulsetui.listener.http.limits import Limits
from pulsetui.listener.http.message import Request, Response

# Whatever the method, llhttp is told POST: it would refuse unknown methods and treats CONNECT specially.
_NEUTRAL_LINE: Final = {b"0": b"POST / HTTP/1.0\r\n", b"1": b"POST / HTTP/1.1\r\n"}
_REQUEST_LINE = re.compile(
    rb"([!-~]{1,32}) +([!-~\x80-\xff](?:[^\x00-\x1f\x7f]*[^\x00-\x20\x7f])?) +HTTP/1\.([01])\r\n"
)
_ABSOLUTE_FORM = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://[^/?]*")
_MAX_CHUNK_OVERHEAD = 1024 * 1024  # of chunk sizes, extensions and trailers, in bytes


class Unreadable:
    """What came is not a request that is read to its end; where the next one would begin is unknown."""

    __slots__ = ("response", "why")

    def __init__(self, response: Response, why: str) -> None:
        self.response = response
        self.why = why


BAD_REQUEST = Unreadable(Response(400, b"bad request"), "bad request")
TOO_LARGE = Unreadable(Response(413, b"body too large"), "body too large")
TARGET_TOO_LONG = Unreadable(Response(414, b"url too long"), "url too long")
HEAD_TOO_LARGE = Unreadable(Response(431, b"headers too large"), "headers too large")

Event = Request | Unreadable


class RequestReader:
    """Reads the requests of one connection, one after the other.

    Once one is whole, what came after it is kept (``has_more``) until ``feed(b"")`` asks for the next one.
    After Unreadable nothing more is to be fed.
    """

    __slots__ = (
        "_buffer",
        "_chunks",
        "_heads",
        "_in_body",
        "_incoming",
        "_limits",
        "_method",
        "_minor",
        "_peer",
        "_raw_body",
        "_remaining",
        "_target",
        "head_only",
        "is_cut",
        "wants_continue",
    )

    def __init__(self, heads: Heads, limits: Limits, peer: str) -> None:
        self._heads = heads
        self._limits = limits
        self._peer = peer
        self._buffer = b""  # bytes of a head that is not whole yet, or of the next request
        self._in_body = False
        self._incoming: Incoming
        self._chunks: Chunks | None
        self.head_only = False
        """Whether the last request wants an answer without its body."""
        self.is_cut = False
        """Whether the last request was handed over while its body goes on."""
        self.wants_continue = False
        """Whether a client waits to be told to send the body. The caller that tells it unsets this."""

    @property
    def has_begun(self) -> bool:
        """Whether a part of a request is there, and not all of it."""
        return self._in_body or bool(self._buffer)

    @property
    def has_more(self) -> bool:
        """Whether something came after the request that was read last."""
        return bool(self._buffer)

    @property
    def can_be_cut(self) -> bool:
        """Whether all of the request has come that is kept of it."""
        return self._in_body and self._incoming.is_full

    def drop(self) -> None:
        """Forgets what came after the last request."""
        self._buffer = b""

    def feed(self, data: bytes) -> Event | None:
        """Takes what came; None when more must come. Empty bytes take what is there already."""
        return self._take_body(data) if self._in_body else self._take_head(data)

    def cut(self) -> Request:
        """The request whose body goes on, with what came of it."""
        self.is_cut = True
        self._incoming.cut()
        return self._whole(b"")

    def _take_head(self, data: bytes) -> Event | None:
        if self._buffer:
            data = self._buffer + data
        if data[0] in b"\r\n":  # RFC 9112 2.2: empty lines before a request line are ignored
            data = data.lstrip(b"\r\n")
        end = data.find(b"\r\n\r\n") + 4
        limit = self._limits.head
        if end > 3 and end <= limit:
            if end == len(data):
                return self._begin(data, b"")
            return self._begin(data[:end], data[end:])
        if end > limit or len(data) > limit:
            line = data.find(b"\r\n", 0, limit)
            return self._refuse(TARGET_TOO_LONG if line < 0 else HEAD_TOO_LARGE)
        if data and (data[0] < 0x21 or data[0] > 0x7E or b"\n\n" in data):
            return self._refuse(BAD_REQUEST)  # TLS on a plain port, or no HTTP at all
        self._buffer = data
        return None

    def _begin(self, head: bytes, rest: bytes) -> Event | None:
        line = _REQUEST_LINE.match(head)
        if line is None:
            return self._refuse(BAD_REQUEST)
        if head.count(b"\n") > self._limits.head_lines + 2:
            return self._refuse(HEAD_TOO_LARGE)
        method, target, self._minor = line.groups()
        if target[0] != 0x2F:
            target = _ABSOLUTE_FORM.sub(b"", target, count=1) or b"/"
        self._method = method
        self._target = target
        self.head_only = method == b"HEAD"
        fields = _NEUTRAL_LINE[self._minor] + head[line.end() :]
        try:
            incoming = self._incoming = self._heads.parse(fields)
        except (HttpParserError, HttpParserUpgrade):
            return self._refuse(BAD_REQUEST)
        if incoming.complete:
            return self._whole(rest)
        return self._begin_body(incoming.headers, rest)

    def _begin_body(self, headers: dict[bytes, bytes], rest: bytes) -> Event | None:
        self._in_body = True
        self._buffer = b""
        self._raw_body = 0
        length = headers.get(b"content-length")
        # llhttp has refused both together, and any transfer coding that does not end with chunked.
        self._remaining = 0 if length is None else int(length)
        self._chunks = Chunks() if length is None else None
        if rest:
            return self._take_body(rest)
        self.wants_continue = headers.get(b"expect", b"").lower() == b"100-continue"
        return None

    def _take_body(self, data: bytes) -> Event | None:
        incoming, limits = self._incoming, self._limits
        self._raw_body += len(data)
        rest: bytes | None
        if self._chunks is None:
            rest = data[self._remaining :] if len(data) >= self._remaining else None
            incoming.on_body(data if rest is None else data[: self._remaining])
            self._remaining -= len(data)
        else:
            try:
                rest = self._chunks.feed(data, incoming.on_body)
            except ChunkTooLongError:
                return self._refuse(TOO_LARGE)
            except ChunkError:
                return self._refuse(BAD_REQUEST)
        if rest is not None:
            return self._whole(rest)
        if incoming.size > limits.body:
            return self.cut()
        if self._raw_body > limits.body + _MAX_CHUNK_OVERHEAD:
            return self._refuse(TOO_LARGE)
        return None

    def _whole(self, rest: bytes) -> Request:
        incoming = self._incoming
        self._in_body = False
        self._buffer = rest
        # llhttp forgets this at the end of a message. HTTP/1.0 is always closed: its clients expect that.
        connection = incoming.headers.get(b"connection")
        return Request(
            self._method.decode("ascii"),
            self._target,
            incoming.headers,
            incoming.kept,
            incoming.size,
            self._peer,
            self._minor == b"1"
            and not self.is_cut
            and (connection is None or b"close" not in connection.lower()),
            incoming.rest,
        )

    def _refuse(self, unreadable: Unreadable) -> Unreadable:
        self._in_body = False
        self._buffer = b""
        return unreadable
