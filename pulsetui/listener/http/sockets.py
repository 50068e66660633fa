"""Listening sockets, opened before anything is there to serve them: clients wait in the kernel meanwhile.

Apart from the server, which takes longer to import than the screen has for its first frame.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Sequence

from pulsetui.config.address import format_address
from pulsetui.errors import ListenerError

_BACKLOG = 1024
"""Connections that wait to be accepted; the kernel caps it. The top of the minute brings crowds."""

_EVERYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - only compared with


def open_sockets(host: str, port: int) -> list[socket.socket]:
    """Listens on every address of ``host``; an empty one means all of this machine.

    Port 0 takes a free one, the same on each address. Raises ListenerError, with what to do, when the
    address cannot be had.
    """
    opened: list[socket.socket] = []
    try:
        for family, address in _addresses(host, port):
            chosen = port_of(opened[0]) if port == 0 and opened else port
            opened.append(_listen(family, address, chosen))
    except BaseException:
        for listening in opened:
            listening.close()
        raise
    return opened


def adopt(descriptors: Sequence[int]) -> list[socket.socket]:
    """Sockets that another process has opened with ``open_sockets``. Raises OSError for anything else."""
    adopted: list[socket.socket] = []
    for descriptor in descriptors:
        listening = Listening(fileno=descriptor)
        listening.getsockname()
        listening.set_inheritable(False)
        adopted.append(listening)
    return adopted


class Listening(socket.socket):
    """A listening socket whose ``accept`` makes the plain socket of the C library beneath ``socket.socket``.

    The wrapper that the standard library makes asks for family and type as enums each time: a twentieth of
    all that a ping costs.
    """

    def accept(self) -> tuple[socket.SocketType, tuple[str, int]]:  # type: ignore[override]
        # ^ a plain socket is the class above socket.socket, and the address is an internet one
        descriptor, address = self._accept()  # type: ignore[attr-defined]  # as socket.socket.accept does
        return socket.SocketType(_FAMILY, _STREAM, 0, descriptor), address


_FAMILY, _STREAM = int(socket.AF_INET), int(socket.SOCK_STREAM)
"""Plain numbers, which the C library takes as they are; nothing asks an accepted socket for them."""


def port_of(listening: socket.socket) -> int:
    """The real port, also when 0 was asked for."""
    port = listening.getsockname()[1]
    assert isinstance(port, int)
    return port


def _addresses(host: str, port: int) -> list[tuple[int, str]]:
    # As bytes where that is possible: for text Python loads the tables of international domain names.
    name = host.encode("ascii") if host.isascii() else host
    try:
        found = socket.getaddrinfo(name or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise ListenerError(
            f'cannot listen on "{host}": {error.strerror or error}. '
            "Give an address of this machine with --listen HOST:PORT"
        ) from error
    return list(dict.fromkeys((family, str(address[0])) for family, *_, address in found))


def _listen(family: int, host: str, port: int) -> socket.socket:
    listening = Listening(family, socket.SOCK_STREAM)
    try:
        listening.setblocking(False)  # noqa: FBT003 - the standard library's signature
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # accepted sockets inherit it
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise ListenerError(_message(host, port, error)) from error
    return listening


def _way_out(holder: str, host: str, port: int) -> str:
    """What to do about who has the port: an engine is looked at. That of another user has no name here."""
    here = "127.0.0.1" if host in _EVERYWHERE else host
    look = f"look at it with pulsetui --attach http://{format_address(here, port)}"
    if holder.startswith("pulsetui"):
        return f"That is an engine: {look}"
    return "Stop that program" if holder else f"If that is the engine of another user, {look}. Else stop it"


def _message(host: str, port: int, error: OSError) -> str:
    where = format_address(host, port)
    if error.errno == errno.EADDRINUSE:
        from pulsetui.listener.http.port_owner import holder_of

        holder = holder_of(port)
        by = f" by {holder}" if holder else ""
        other = format_address(host, port + 1 if port < 65535 else 0)
        return (
            f"cannot listen on {where}: the port is in use{by}. "
            f"{_way_out(holder, host, port)}, or choose another port with --listen {other}"
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return (
            f"cannot listen on {where}: permission denied. "
            f"Ports below 1024 need privileges; choose another with --listen {format_address(host, 8787)}"
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return (
            f"cannot listen on {where}: this machine does not have that address. "
            f"Give one of its own with --listen, like --listen {format_address('127.0.0.1', port)}"
        )
    return (
        f"cannot listen on {where}: {error.strerror or error}. Choose another address with --listen HOST:PORT"
    )
