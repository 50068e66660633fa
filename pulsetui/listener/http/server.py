"""The HTTP server: listening sockets, open connections and their deadlines.

It speaks HTTP/1.0 and 1.1 and knows nothing of pings. One timer looks at all deadlines; a timer for each
connection would cost more than serving it.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import resource
import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv6Address

from pulsetui.listener.http.connection import Connection
from pulsetui.listener.http.heads import Heads
from pulsetui.listener.http.limits import Limits
from pulsetui.listener.http.message import Handler, Response

_log = logging.getLogger(__name__)

_ACCEPTS_A_ROUND = 128  # then the rest of the loop has its turn
_ARRIVAL_S = 0.25  # at the end, for the request of a connection that was taken
_ACCEPT_PAUSE_S = 0.2  # after the kernel had no descriptor or memory for a connection
_EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_FULL = Response(503, b"too many connections", (("Retry-After", "1"),))


class HttpServer:
    """Serves ``handler`` on sockets that listen. Everything happens on the loop that ``start`` runs on.

    Of a body ``body_kept`` bytes are kept for it, and the rest is counted.

    ``refused`` is told, by a short fixed word, of requests that no handler saw; ``turned_away`` of
    connections for which there was no room since all others wait for an answer of ours.
    """

    def __init__(
        self,
        handler: Handler,
        *,
        body_kept: int,
        limits: Limits | None = None,
        refused: Callable[[str], None] = lambda _why: None,
        turned_away: Callable[[], None] = lambda: None,
    ) -> None:
        self.handler = handler
        self.limits = limits or Limits()
        self.heads = Heads(body_kept)
        self.refused = refused
        self._turned_away = turned_away
        self.stopping = False
        self.loop: asyncio.AbstractEventLoop
        self._sockets: list[socket.socket] = []
        self._connections: set[Connection] = set()
        self._idle: dict[Connection, None] = {}  # longest idle first
        self._unfinished: dict[str, dict[Connection, None]] = {}  # by address, the oldest first
        self._capacity = self.limits.connections
        self._sweeping = False
        self._all_answered: asyncio.Event | None = None

    def start(self, sockets: Sequence[socket.socket]) -> None:
        """Serves on sockets that listen already, on the running loop, and closes them at the end."""
        self.loop = asyncio.get_running_loop()
        soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft != resource.RLIM_INFINITY:
            self._capacity = self.limits.capacity(soft)
        self._sockets = list(sockets)
        for listening in self._sockets:
            self.loop.add_reader(listening, self._accept, listening)

    async def stop(self, grace_s: float = 5.0) -> None:
        """Takes no more connections, lets waiting requests be answered for ``grace_s``, closes the rest.

        A client that has just connected is about to ask, and would never learn why it got no answer.
        """
        self.stopping = True
        self._close_sockets()
        for connection in list(self._connections):
            if not (connection.is_waiting or connection.is_arriving):
                connection.close()
        if self._connections:
            self._all_answered = asyncio.Event()
            self.loop.call_later(min(_ARRIVAL_S, grace_s), self._close_unasked)
            try:
                await asyncio.wait_for(self._all_answered.wait(), grace_s)
            except TimeoutError:
                _log.warning("stopped with %d requests unanswered", len(self._connections))
        for connection in list(self._connections):
            connection.close()

    def _close_unasked(self) -> None:
        for connection in list(self._connections):
            if not connection.is_waiting:
                connection.close()

    def _close_sockets(self) -> None:
        for listening in self._sockets:
            self.loop.remove_reader(listening)
            listening.close()
        self._sockets.clear()

    # -- accepting -------------------------------------------------------------------------------------

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(_ACCEPTS_A_ROUND):
            try:
                accepted, address = listening.accept()
            except (BlockingIOError, InterruptedError):
                return
            except ConnectionAbortedError:
                continue
            except OSError as error:
                self._accept_failed(listening, error)
                return
            accepted.setblocking(False)  # noqa: FBT003 - the standard library's signature
            connection = Connection(self, accepted, address[0])
            if len(self._connections) >= self._capacity and not self.make_room():
                self.refused("too many connections")
                self._turned_away()
                connection.turn_away(_FULL)
                continue
            self._connections.add(connection)
            if not self._sweeping:
                self._sweeping = True
                self.loop.call_later(self.limits.sweep_s, self._sweep)
            connection.open()

    def _accept_failed(self, listening: socket.socket, error: OSError) -> None:
        if error.errno not in _EXHAUSTED:
            _log.error("accept failed: %s", error)
        elif self.make_room():
            return  # the selector calls again at once: the connection still waits
        # Without a pause the selector would spin on the connection that cannot be taken.
        self.loop.remove_reader(listening)
        self.loop.call_later(_ACCEPT_PAUSE_S, self._accept_again, listening)

    def _accept_again(self, listening: socket.socket) -> None:
        if listening in self._sockets:
            self.loop.add_reader(listening, self._accept, listening)

    def make_room(self) -> bool:
        """Closes the connection that has been idle longest, or else, of the address that keeps most of them
        waiting for its requests, the oldest of these. False when all wait for us."""
        for connection in self._idle:
            connection.close()
            return True
        if not self._unfinished:
            return False
        crowd = max(self._unfinished.values(), key=len)
        self.refused("too slow, others wait")
        next(iter(crowd)).give_way(_FULL)
        return True

    # -- what connections say ---------------------------------------------------------------------------

    def idle(self, connection: Connection) -> None:
        self._idle[connection] = None
        if self.stopping:
            connection.close()

    def busy(self, connection: Connection) -> None:
        self._idle.pop(connection, None)

    def unfinished(self, connection: Connection) -> None:
        self._unfinished.setdefault(_neighbourhood(connection.peer), {})[connection] = None

    def finished(self, connection: Connection) -> None:
        place = _neighbourhood(connection.peer)
        crowd = self._unfinished[place]
        del crowd[connection]
        if not crowd:
            del self._unfinished[place]

    def forget(self, connection: Connection) -> None:
        self._connections.discard(connection)
        self._idle.pop(connection, None)
        if self._all_answered is not None and not self._connections:
            self._all_answered.set()

    def _sweep(self) -> None:
        now = self.loop.time()
        for connection in list(self._connections):
            if connection.deadline <= now:
                connection.expire()
        self._sweeping = bool(self._connections)
        if self._sweeping:
            self.loop.call_later(self.limits.sweep_s, self._sweep)


def _neighbourhood(peer: str) -> str:
    """What counts as one address: of IPv6 the network, in which one host has as many as it likes."""
    if ":" not in peer:
        return peer
    return IPv6Address(peer.partition("%")[0]).packed[:8].hex()
