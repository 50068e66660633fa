"""One HTTP request over a plain socket, within a deadline that nothing can stretch.

``http.client`` would cost twice the whole ping (it loads ssl and email), and even ``socket`` a third of it,
for the names of constants: so this is done with what is below that. ssl is loaded for ``https://`` only.
"""

from __future__ import annotations

import _socket
import time

from pulsetui.core.text.printable import printable
from pulsetui.errors import UsageError
from pulsetui.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Place = tuple[str, int] | tuple[str, int, int, int]
    Found = list[tuple[int, int, int, str, Place]]

MAX_ANSWER = 65_536
"""Bytes of an answer that are read: it is one line; a server that sends more is not ours."""

_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:")
_PORTS = {"http": 80, "https": 443}
_MAX_PORT = 65_535


class Address:
    """An engine's address, taken apart. ``prefix`` is the path before the slug and ends in no slash."""

    __slots__ = ("authority", "host", "port", "prefix", "scheme")

    def __init__(self, *, scheme: str, host: str, port: int, authority: str, prefix: str) -> None:
        self.scheme = scheme
        self.host = host
        self.port = port
        self.authority = authority  # as the Host header says it
        self.prefix = prefix

    @property
    def is_local(self) -> bool:
        """Whether it is this host's own, where bare slugs are taken."""
        return self.host in ("localhost", "::1") or self.host.startswith("127.")

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


class Reply:
    """An HTTP answer. ``header`` gives the value of one of its headers, "" when it is not there."""

    __slots__ = ("_lines", "body", "status")

    def __init__(self, status: int, body: bytes, lines: list[str]) -> None:
        self.status = status
        self.body = body
        self._lines = lines

    def header(self, name: str) -> str:
        """``name`` in lower case."""
        return _header(self._lines, name)


class NotHttpError(OSError):
    """What answered does not speak HTTP. An OSError, since a ping treats it like no answer."""


def parse_address(url: str) -> Address:
    """The address in ``http://HOST[:PORT][/PATH]``.

    A path that has no ``ping`` in it gets ``/ping``; so both the engine's address and the ping address that
    its screen shows (``https://host/ping/KEY``) work. Raises UsageError.
    """
    shown = printable(url, 100)
    scheme, found, rest = url.partition("://")
    scheme = scheme.lower()
    if not found or scheme not in _PORTS:
        raise UsageError(f'"{shown}" is not a valid engine address; write it like http://127.0.0.1:8787')
    authority, _, path = rest.partition("/")
    host, port = _host_and_port(authority, scheme, shown)
    if not url.isascii() or not url.isprintable() or any(c in url for c in " @?#"):
        raise UsageError(
            f'"{shown}" contains a character that an engine\'s address cannot have (a space, @, ? or #)'
        )
    path = "/" + path.strip("/") if path.strip("/") else ""
    prefix = path if "/ping/" in path + "/" else path + "/ping"
    return Address(scheme=scheme, host=host, port=port, authority=authority, prefix=prefix)


def _host_and_port(authority: str, scheme: str, shown: str) -> tuple[str, int]:
    if authority.startswith("["):
        host, found, port = authority[1:].partition("]")
        port = port[1:] if port.startswith(":") else port and "?"
        host = host if found else ""
    else:
        host, _, port = authority.partition(":")
    if not port:
        number = _PORTS[scheme]
    elif port.isascii() and port.isdigit() and len(port) <= 5:
        number = int(port)
    else:
        number = 0
    if not host or not 0 < number <= _MAX_PORT:
        raise UsageError(f'"{shown}" has no valid host and port; write it like http://127.0.0.1:8787')
    return host, number


def quote(text: str) -> str:
    """``text`` with everything percent-encoded that could mean something in a query."""
    return "".join(
        chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in text.encode("utf-8", "replace")
    )


def exchange(
    address: Address, target: str, body: bytes, deadline: float, *, headers: Sequence[str] = ()
) -> Reply:
    """Asks for ``target`` (POST when there is a body) and returns the answer. ``headers`` are whole lines.

    ``deadline`` is on the monotonic clock and holds for all of it: looking the host up, connecting, sending,
    and the last byte received. Raises OSError (TimeoutError among them) when no answer comes.
    """
    connection = _connect(address, deadline)
    try:
        connection.settimeout(_left(deadline))
        connection.sendall(_request(address, target, body, headers))
        return _read(connection, deadline)
    finally:
        connection.close()


def _request(address: Address, target: str, body: bytes, headers: Sequence[str]) -> bytes:
    lines = [
        f"{'POST' if body else 'GET'} {target} HTTP/1.1",
        f"Host: {address.authority}",
        f"User-Agent: pulsetui/{__version__}",
        "Connection: close",
        *headers,
    ]
    if body:
        lines += ["Content-Type: text/plain", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("no answer in time")
    return left


def _connect(address: Address, deadline: float) -> _socket.socket:
    refused: OSError | None = None
    for family, kind, protocol, _name, place in _look_up(address, deadline):
        connection = _socket.socket(family, kind, protocol)
        try:
            connection.settimeout(_left(deadline))
            connection.connect(place)
            return _secure(connection, address.host, deadline) if address.scheme == "https" else connection
        except OSError as error:
            connection.close()
            refused = error
    raise refused or OSError(f"{address.host} has no address")


def _look_up(address: Address, deadline: float) -> Found:
    # As bytes: a str would load the codec for international names.
    host = address.host.encode("ascii")

    def ask() -> Found:
        return _socket.getaddrinfo(host, address.port, 0, _socket.SOCK_STREAM)  # type: ignore[return-value]
        # ^ typeshed also allows the shape of a Python built without IPv6

    if address.host == "localhost" or ":" in address.host or address.host.replace(".", "").isdigit():
        return ask()
    return _within(deadline, ask, address.host)


def _within(deadline: float, ask: Callable[[], Found], host: str) -> Found:
    """A name server that is away would hold the job for many seconds, and getaddrinfo has no timeout."""
    import threading

    answer: list[Found | OSError] = []

    def run() -> None:
        try:
            answer.append(ask())
        except OSError as error:
            answer.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(_left(deadline))
    if not answer:
        raise TimeoutError(f"the name {host} could not be looked up in time")
    if isinstance(answer[0], OSError):
        raise answer[0]
    return answer[0]


def _secure(connection: _socket.socket, host: str, deadline: float) -> _socket.socket:
    import socket
    import ssl

    whole = socket.socket(fileno=connection.detach())
    try:
        whole.settimeout(_left(deadline))
        return ssl.create_default_context().wrap_socket(whole, server_hostname=host)
    except BaseException:
        whole.close()
        raise


def _read(connection: _socket.socket, deadline: float) -> Reply:
    received = bytearray()
    needed = MAX_ANSWER
    head = -1
    while len(received) < needed:
        connection.settimeout(_left(deadline))
        chunk = connection.recv(8192)
        if not chunk:
            break
        received += chunk
        if head < 0 and (head := received.find(b"\r\n\r\n")) >= 0:
            needed = min(head + 4 + _length(bytes(received[:head])), MAX_ANSWER)
    if head < 0:
        raise NotHttpError("what answered closed without an HTTP answer")
    lines = received[:head].decode("latin-1").split("\r\n")
    return Reply(_status(lines[0]), bytes(received[head + 4 : needed]), lines)


def _status(line: str) -> int:
    version, _, rest = line.partition(" ")
    code = rest[:3]
    if not version.startswith("HTTP/") or not (code.isascii() and code.isdigit() and len(code) == 3):
        raise NotHttpError(f"what answered does not speak HTTP: {printable(line, 60)!r}")
    return int(code)


def _length(head: bytes) -> int:
    """Bytes of body to wait for; up to the limit when the answer does not say."""
    lines = head.decode("latin-1").split("\r\n")
    if _status(lines[0]) in (204, 304):
        return 0
    length = _header(lines, "content-length")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 12 else MAX_ANSWER


def _header(lines: list[str], name: str) -> str:
    for line in lines[1:]:
        found, _, value = line.partition(":")
        if found.strip().lower() == name:
            return value.strip()
    return ""
