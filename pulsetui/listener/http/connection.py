"""One connection: bytes in, one request at a time to the handler, bytes out.

The socket is read and written directly on the loop's ``add_reader``/``add_writer``, without an asyncio
transport: for a ping over a new connection (the usual one: cron with curl) the transport, its task and its
callbacks cost more than all the rest. The request is normally there when the connection is accepted, and the
answer fits the send buffer, so most connections never register with the selector at all.

The request line is split here, at its first and last space, since some clients send raw spaces and non-ASCII
bytes in their targets; header fields are llhttp's, which sees a neutral request line.

A body over a limit is cut, never refused: what came of it is handed over, and the connection closed after the
answer. A job whose output is long must not look as if it had not run.

While a request waits for its answer nothing is read: pipelined requests are answered in order, and a client
that sends ahead fills its own buffers.
"""

from __future__ import annotations

import logging
import re
import socket
from asyncio import AbstractEventLoop
from math import inf
from typing import Final, Protocol

from httptools import HttpParserError, HttpParserUpgrade

from pulsetui.listener.http.chunks import ChunkError, Chunks, ChunkTooLongError
from pulsetui.listener.http.heads import Heads, Incoming
from pulsetui.listener.http.limits import Limits
from pulsetui.listener.http.message import Handler, Request, Response
from pulsetui.listener.http.stream import Stream

_log = logging.getLogger(__name__)

_READ_SIZE = 64 * 1024
# Whatever the method, llhttp is told POST: it would refuse unknown methods and treats CONNECT specially.
_NEUTRAL_LINE: Final = {b"0": b"POST / HTTP/1.0\r\n", b"1": b"POST / HTTP/1.1\r\n"}
_REQUEST_LINE = re.compile(
    rb"([!-~]{1,32}) +([!-~\x80-\xff](?:[^\x00-\x1f\x7f]*[^\x00-\x20\x7f])?) +HTTP/1\.([01])\r\n"
)
_ABSOLUTE_FORM = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://[^/?]*")
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_CHUNK_OVERHEAD = 1024 * 1024  # of chunk sizes, extensions and trailers, in bytes

BAD_REQUEST = Response(400, b"bad request")
TIMED_OUT = Response(408, b"request not finished in time")
TOO_LARGE = Response(413, b"body too large")
TARGET_TOO_LONG = Response(414, b"url too long")
HEAD_TOO_LARGE = Response(431, b"headers too large")
FAILED = Response(500, b"internal error")

# Phases of a connection. Plain numbers: an enum's attribute look-ups show in the cost of a ping.
_IDLE: Final = 0  # between two requests
_HEAD: Final = 1  # collecting a request's head
_BODY: Final = 2
_WAITING: Final = 3  # the handler has the request
_FLUSHING: Final = 4  # the answer does not fit the send buffer
_QUEUED: Final = 5  # answered, and bytes of the next request are already here
_STREAMING: Final = 6
_LINGERING: Final = 7  # answered before the end of the request: reading on so that the answer is not lost
_CLOSED: Final = 8


class Owner(Protocol):
    """What a connection needs of its server."""

    loop: AbstractEventLoop
    limits: Limits
    heads: Heads
    handler: Handler
    stopping: bool

    def idle(self, connection: Connection) -> None:
        """The connection waits for a next request that need not come."""

    def busy(self, connection: Connection) -> None:
        """It is no longer idle."""

    def forget(self, connection: Connection) -> None:
        """It is closed."""

    def unfinished(self, connection: Connection) -> None:
        """Its client has not sent, or read, all of the request that it began: it may be closed for others."""

    def finished(self, connection: Connection) -> None:
        """It has."""

    def refused(self, why: str) -> None:
        """A request was refused before any handler saw it."""


class Connection:
    """An accepted socket. ``deadline`` is the loop time at which ``expire`` is to be called."""

    __slots__ = (
        "_buffer",
        "_chunks",
        "_cut",
        "_head_only",
        "_incoming",
        "_keep_alive",
        "_listed",
        "_method",
        "_minor",
        "_out",
        "_owner",
        "_phase",
        "_raw_body",
        "_remaining",
        "_socket",
        "_stream",
        "_target",
        "_unread",
        "_watching",
        "deadline",
        "peer",
    )

    def __init__(self, owner: Owner, accepted: socket.socket, peer: str) -> None:
        self._owner = owner
        self._socket = accepted
        self.peer = peer
        self._phase = _HEAD
        self._buffer = b""  # bytes of a head that is not whole yet, or of the next request
        self._watching = False
        self._listed = False  # the owner knows it as unfinished
        self._unread = False  # the client may still be sending: linger before closing
        self._cut = False  # and what it sends is the rest of a body, which may be long
        self._keep_alive = False
        self._head_only = False
        self._stream: Stream | None = None
        self._chunks: Chunks | None = None
        self._incoming: Incoming
        self.deadline = owner.loop.time() + owner.limits.request_s

    # -- reading ---------------------------------------------------------------------------------------

    def open(self) -> None:
        """Reads what came with the connection."""
        self._readable()
        if self._phase <= _BODY:
            self._list()
            self._watch()

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is being made or sent."""
        return self._phase in (_WAITING, _FLUSHING)

    @property
    def is_arriving(self) -> bool:
        """Whether a request is expected, since none was answered yet, or is on its way."""
        return self._phase in (_HEAD, _BODY, _QUEUED)

    def _readable(self) -> None:
        phase = self._phase
        if phase in (_WAITING, _FLUSHING, _QUEUED):
            self._unwatch()
            return
        try:
            data = self._socket.recv(_READ_SIZE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self.close()
            return
        if not data:
            self.close()
        elif phase == _HEAD:
            self._take_head(data)
        elif phase == _BODY:
            self._take_body(data)
        elif phase == _IDLE:
            self._owner.busy(self)
            self._start_request(data)
        # Streaming or lingering: what still comes is dropped.

    def _start_request(self, data: bytes) -> None:
        self._phase = _HEAD
        self._keep_alive = False
        self.deadline = self._owner.loop.time() + self._owner.limits.request_s
        self._take_head(data)
        self._list()

    def _take_head(self, data: bytes) -> None:
        if self._buffer:
            data = self._buffer + data
        if data[0] in b"\r\n":  # RFC 9112 2.2: empty lines before a request line are ignored
            data = data.lstrip(b"\r\n")
        end = data.find(b"\r\n\r\n") + 4
        limit = self._owner.limits.head
        if end > 3 and end <= limit:
            self._buffer = b""
            if end == len(data):
                self._begin(data, b"")
            else:
                self._begin(data[:end], data[end:])
        elif end > limit or len(data) > limit:
            line = data.find(b"\r\n", 0, limit)
            if line < 0:
                self._refuse(TARGET_TOO_LONG, "url too long")
            else:
                self._refuse(HEAD_TOO_LARGE, "headers too large")
        elif data and (data[0] < 0x21 or data[0] > 0x7E or b"\n\n" in data):
            self._refuse(BAD_REQUEST, "bad request")  # TLS on a plain port, or no HTTP at all
        else:
            self._buffer = data

    def _begin(self, head: bytes, rest: bytes) -> None:
        line = _REQUEST_LINE.match(head)
        if line is None:
            self._refuse(BAD_REQUEST, "bad request")
            return
        limits = self._owner.limits
        if head.count(b"\n") > limits.head_lines + 2:
            self._refuse(HEAD_TOO_LARGE, "headers too large")
            return
        method, target, self._minor = line.groups()
        if target[0] != 0x2F:
            target = _ABSOLUTE_FORM.sub(b"", target, count=1) or b"/"
        self._method = method
        self._target = target
        self._head_only = method == b"HEAD"
        fields = _NEUTRAL_LINE[self._minor] + head[line.end() :]
        try:
            incoming = self._owner.heads.parse(fields)
        except (HttpParserError, HttpParserUpgrade):
            self._refuse(BAD_REQUEST, "bad request")
            return
        self._incoming = incoming
        if incoming.complete:
            self._hand_over(rest)
        else:
            self._begin_body(incoming.headers, rest)

    def _begin_body(self, headers: dict[bytes, bytes], rest: bytes) -> None:
        self._phase = _BODY
        self._raw_body = 0
        length = headers.get(b"content-length")
        # llhttp has refused both together, and any transfer coding that does not end with chunked.
        self._remaining = 0 if length is None else int(length)
        self._chunks = Chunks() if length is None else None
        if not rest and headers.get(b"expect", b"").lower() == b"100-continue":
            try:
                self._socket.send(_CONTINUE)
            except OSError:
                self.close()
                return
        if rest:
            self._take_body(rest)

    def _take_body(self, data: bytes) -> None:
        incoming, limits = self._incoming, self._owner.limits
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
                self._refuse(TOO_LARGE, "body too large")
                return
            except ChunkError:
                self._refuse(BAD_REQUEST, "bad request")
                return
        if rest is not None:
            self._hand_over(rest)
        elif incoming.size > limits.body:
            self._cut_short()
        elif self._raw_body > limits.body + _CHUNK_OVERHEAD:
            self._refuse(TOO_LARGE, "body too large")

    def _cut_short(self) -> None:
        """Hands over a request whose body goes on."""
        self._cut = True
        self._incoming.cut()
        self._hand_over(b"")

    def _hand_over(self, rest: bytes) -> None:
        incoming = self._incoming
        self._buffer = rest
        self._unread = self._cut
        # llhttp forgets this at the end of a message. HTTP/1.0 is always closed: its clients expect that.
        connection = incoming.headers.get(b"connection")
        keep_alive = (
            self._minor == b"1"
            and not self._cut
            and (connection is None or b"close" not in connection.lower())
        )
        self._keep_alive = keep_alive
        self._phase = _WAITING
        self._unlist()
        self.deadline = inf
        request = Request(
            self._method.decode("ascii"),
            self._target,
            incoming.headers,
            incoming.kept,
            incoming.size,
            self.peer,
            keep_alive,
            incoming.rest,
        )
        try:
            self._owner.handler(request, self.respond)
        except Exception:  # noqa: BLE001 - the outermost edge of a request: it must not stop the others
            _log.exception("handler failed")
            if self._phase == _STREAMING:
                self.close()
            else:
                self.respond(FAILED)

    def _refuse(self, response: Response, why: str) -> None:
        """Answers without a handler and closes, since where the next request begins is unknown."""
        self._owner.refused(why)
        self._unlist()
        self._buffer = b""
        self._keep_alive = False
        self._unread = True
        self._phase = _WAITING
        self.respond(response)

    # -- writing ---------------------------------------------------------------------------------------

    def respond(self, response: Response) -> None:
        """Sends the answer to the request that waits for one; nothing if its client has gone."""
        if self._phase != _WAITING:
            return
        keep_alive = self._keep_alive and not self._owner.stopping and response.stream is None
        self._keep_alive = keep_alive
        wire = response.wire(keep_alive=keep_alive, head_only=self._head_only)
        if response.stream is not None and not self._head_only:
            self._start_stream(response, wire)
            return
        if self._send(wire):
            self._answered()
        elif self._phase != _CLOSED:
            self._phase = _FLUSHING
            self.deadline = self._owner.loop.time() + self._owner.limits.flush_s

    def _send(self, data: bytes) -> bool:
        """Sends now what the kernel takes and the rest later; True when all is sent."""
        try:
            sent = self._socket.send(data)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError:
            self.close()
            return False
        if sent == len(data):
            return True
        self._out = memoryview(data)[sent:]
        self._owner.loop.add_writer(self._socket, self._writable)
        return False

    def _writable(self) -> None:
        try:
            sent = self._socket.send(self._out)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self.close()
            return
        self._out = self._out[sent:]
        if self._out:
            return
        self._owner.loop.remove_writer(self._socket)
        if self._phase == _STREAMING:
            assert self._stream is not None
            self.deadline = inf
            self._stream.flushed()
        else:
            self._answered()

    def _answered(self) -> None:
        owner = self._owner
        if not self._keep_alive:
            if self._unread or self._buffer:
                self._linger()
            else:
                self.close()
        elif self._buffer:
            # In a later round of the loop: a client that pipelines thousands must not hold up the others.
            self._phase = _QUEUED
            owner.loop.call_soon(self._next)
        else:
            self._phase = _IDLE
            self.deadline = owner.loop.time() + owner.limits.idle_s
            owner.idle(self)
            self._watch()

    def _next(self) -> None:
        if self._phase != _QUEUED:
            return
        data, self._buffer = self._buffer, b""
        self._start_request(data)
        if self._phase <= _BODY:
            self._watch()

    # -- streams ---------------------------------------------------------------------------------------

    def _start_stream(self, response: Response, head: bytes) -> None:
        assert response.stream is not None
        self._phase = _STREAMING
        stream = self._stream = Stream(self)
        self._watch()  # to notice that the client leaves
        stream.write(head)
        if self._stream is not None:
            response.stream(stream)

    def stream_write(self, data: bytes) -> bool:
        """Writes to the stream; False when the client is behind, and must catch up before its deadline."""
        done = self._send(data)
        if not done:
            self.deadline = self._owner.loop.time() + self._owner.limits.stream_flush_s
        return done

    # -- ending ----------------------------------------------------------------------------------------

    def expire(self) -> None:
        """The deadline has passed."""
        if self._phase == _BODY and self._incoming.size > self._owner.limits.body_kept:
            self._cut_short()
        elif self._phase == _BODY or (self._phase == _HEAD and self._buffer):
            self._refuse(TIMED_OUT, "request not finished in time")
        else:
            self.close()

    def give_way(self, response: Response) -> None:
        """Ends the connection for one that has more right to its place."""
        if self._phase == _BODY or (self._phase == _HEAD and self._buffer):
            self.turn_away(response)
        else:
            self.close()

    def turn_away(self, response: Response) -> None:
        """Answers a connection for which there is no room."""
        try:
            self._socket.recv(_READ_SIZE)  # unread bytes would turn the close into a reset
        except OSError:
            pass
        self._keep_alive = False
        self._phase = _WAITING
        self.respond(response)
        self.close()

    def close(self) -> None:
        """Ends the connection at once. Any number of calls."""
        if self._phase == _CLOSED:
            return
        writing = self._phase in (_FLUSHING, _STREAMING)
        self._phase = _CLOSED
        self._unwatch()
        self._unlist()
        if writing:
            self._owner.loop.remove_writer(self._socket)
        self._socket.close()
        self._buffer = b""
        self._owner.forget(self)
        if self._stream is not None:
            stream, self._stream = self._stream, None
            stream.closed()

    def _linger(self) -> None:
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.close()
            return
        self._phase = _LINGERING
        self._list()
        self._buffer = b""
        limits = self._owner.limits
        self.deadline = self._owner.loop.time() + (limits.drain_s if self._cut else limits.linger_s)
        self._watch()

    def _list(self) -> None:
        if not self._listed and self._phase in (_HEAD, _BODY, _LINGERING):
            self._listed = True
            self._owner.unfinished(self)

    def _unlist(self) -> None:
        if self._listed:
            self._listed = False
            self._owner.finished(self)

    def _watch(self) -> None:
        if not self._watching:
            self._watching = True
            self._owner.loop.add_reader(self._socket, self._readable)

    def _unwatch(self) -> None:
        if self._watching:
            self._watching = False
            self._owner.loop.remove_reader(self._socket)
