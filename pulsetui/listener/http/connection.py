"""One connection: what its socket gives to the reader, one request at a time to the handler, bytes out.

The socket is read and written directly on the loop's ``add_reader``/``add_writer``, without an asyncio
transport: for a ping over a new connection (the usual one: cron with curl) the transport, its task and its
callbacks cost more than all the rest. The request is normally there when the connection is accepted, and the
answer fits the send buffer, so most connections never register with the selector at all.

While a request waits for its answer nothing is read: pipelined requests are answered in order, and a client
that sends ahead fills its own buffers.

After a request whose body was cut the connection is closed, but the rest is read first: else the answer would
be lost.
"""

from __future__ import annotations

import logging
import socket
from asyncio import AbstractEventLoop
from math import inf
from typing import Final, Protocol

from pulsetui.listener.http.heads import Heads
from pulsetui.listener.http.limits import Limits
from pulsetui.listener.http.message import Handler, Request, Response
from pulsetui.listener.http.reader import RequestReader, Unreadable
from pulsetui.listener.http.stream import Stream

_log = logging.getLogger(__name__)

_READ_SIZE = 64 * 1024
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

TIMED_OUT = Unreadable(Response(408, b"request not finished in time"), "request not finished in time")
FAILED = Response(500, b"internal error")

# Phases of a connection. Plain numbers: an enum's attribute look-ups show in the cost of a ping.
_IDLE: Final = 0  # between two requests
_READING: Final = 1
_WAITING: Final = 2  # the handler has the request
_FLUSHING: Final = 3  # the answer does not fit the send buffer
_QUEUED: Final = 4  # answered, and bytes of the next request are already here
_STREAMING: Final = 5
_LINGERING: Final = 6  # answered before the end of the request: reading on so that the answer is not lost
_CLOSED: Final = 7


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
        "_keep_alive",
        "_listed",
        "_out",
        "_owner",
        "_phase",
        "_reader",
        "_socket",
        "_stream",
        "_unread",
        "_watching",
        "deadline",
        "peer",
    )

    def __init__(self, owner: Owner, accepted: socket.socket, peer: str) -> None:
        self._owner = owner
        self._socket = accepted
        self.peer = peer
        self._phase = _READING
        self._reader = RequestReader(owner.heads, owner.limits, peer)
        self._watching = False
        self._listed = False  # the owner knows it as unfinished
        self._unread = False  # the client may still be sending: linger before closing
        self._keep_alive = False
        self._stream: Stream | None = None
        self.deadline = owner.loop.time() + owner.limits.request_s

    # -- reading ---------------------------------------------------------------------------------------

    def open(self) -> None:
        """Reads what came with the connection."""
        self._readable()
        if self._phase == _READING:
            self._list()
            self._watch()

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is being made or sent."""
        return self._phase in (_WAITING, _FLUSHING)

    @property
    def is_arriving(self) -> bool:
        """Whether a request is expected, since none was answered yet, or is on its way."""
        return self._phase in (_READING, _QUEUED)

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
        elif phase == _READING:
            self._take(data)
        elif phase == _IDLE:
            self._owner.busy(self)
            self._start_request(data)
        # Streaming or lingering: what still comes is dropped.

    def _start_request(self, data: bytes) -> None:
        self._phase = _READING
        self._keep_alive = False
        self.deadline = self._owner.loop.time() + self._owner.limits.request_s
        self._take(data)
        self._list()

    def _take(self, data: bytes) -> None:
        event = self._reader.feed(data)
        if event is None:
            if self._reader.wants_continue:
                self._tell_to_go_on()
        elif isinstance(event, Unreadable):
            self._refuse(event)
        else:
            self._hand_over(event)

    def _tell_to_go_on(self) -> None:
        self._reader.wants_continue = False
        try:
            self._socket.send(_CONTINUE)
        except OSError:
            self.close()

    def _hand_over(self, request: Request) -> None:
        self._unread = self._reader.is_cut
        self._keep_alive = request.keep_alive
        self._phase = _WAITING
        self._unlist()
        self.deadline = inf
        try:
            self._owner.handler(request, self.respond)
        except Exception:  # noqa: BLE001 - the outermost edge of a request: it must not stop the others
            _log.exception("handler failed")
            if self._phase == _STREAMING:
                self.close()
            else:
                self.respond(FAILED)

    def _refuse(self, unreadable: Unreadable) -> None:
        """Answers without a handler and closes, since where the next request begins is unknown."""
        self._owner.refused(unreadable.why)
        self._unlist()
        self._reader.drop()
        self._keep_alive = False
        self._unread = True
        self._phase = _WAITING
        self.respond(unreadable.response)

    # -- writing ---------------------------------------------------------------------------------------

    def respond(self, response: Response) -> None:
        """Sends the answer to the request that waits for one; nothing if its client has gone."""
        if self._phase != _WAITING:
            return
        keep_alive = self._keep_alive and not self._owner.stopping and response.stream is None
        self._keep_alive = keep_alive
        wire = response.wire(keep_alive=keep_alive, head_only=self._reader.head_only)
        if response.stream is not None and not self._reader.head_only:
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
            if self._unread or self._reader.has_more:
                self._linger()
            else:
                self.close()
        elif self._reader.has_more:
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
        self._start_request(b"")
        if self._phase == _READING:
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
        reader = self._reader
        if self._phase == _READING and reader.can_be_cut:
            self._hand_over(reader.cut())
        elif self._phase == _READING and reader.has_begun:
            self._refuse(TIMED_OUT)
        else:
            self.close()

    def give_way(self, response: Response) -> None:
        """Ends the connection for one that has more right to its place."""
        if self._phase == _READING and self._reader.has_begun:
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
        self._reader.drop()
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
        self._reader.drop()
        limits = self._owner.limits
        # The rest of a body that was cut may be long.
        self.deadline = self._owner.loop.time() + (limits.drain_s if self._reader.is_cut else limits.linger_s)
        self._watch()

    def _list(self) -> None:
        if not self._listed and self._phase in (_READING, _LINGERING):
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
