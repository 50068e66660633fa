"""A tiny HTTP server on a real socket that records the bytes it gets and answers as told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot found"
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
SILENCE = b""
"""Takes the request and never answers."""


class Server:
    """``requests`` holds each request whole; ``answers`` are used up in turn, the last one stays."""

    def __init__(self, *answers: bytes) -> None:
        self.requests: list[bytes] = []
        self.answers = list(answers)
        self._held: list[socket.socket] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stops answering and gives the port back."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)
        for held in self._held:
            held.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            connection.settimeout(5)
            self.requests.append(_whole_request(connection))
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if answer:
                connection.sendall(answer)
                connection.close()
            else:
                self._held.append(connection)

    @property
    def request_line(self) -> str:
        """Of the only request."""
        assert len(self.requests) == 1, self.requests
        return self.requests[0].split(b"\r\n")[0].decode()

    @property
    def body(self) -> bytes:
        """Of the last request."""
        return self.requests[-1].partition(b"\r\n\r\n")[2]


def _whole_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65536)
        if not chunk:
            return received
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    length = int(lengths[0].split(b":")[1]) if lengths else 0
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def serving(*answers: bytes) -> Iterator[Server]:
    """A server that answers ``answers`` until the block ends."""
    server = Server(*answers)
    try:
        yield server
    finally:
        server.close()


def free_port() -> int:
    """A port of the loopback address on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
