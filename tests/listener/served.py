"""A listener in a thread of its own, as in the product, and ways to talk to it."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from pulsetui.listener.http.limits import Limits
from pulsetui.listener.http.sockets import open_sockets, port_of
from pulsetui.listener.listener import Listener
from tests.client.fake import FakeEngine
from tests.listener.fakes import FakeIntake, an_engine
from tests.programs import program

_T = TypeVar("_T")
TIMEOUT_S = 10.0
GET = b"GET /ping/backup HTTP/1.1\r\nHost: x\r\n\r\n"
GET_CLOSE = b"GET /ping/backup HTTP/1.1\r\nConnection: close\r\n\r\n"
SHORT = Limits(request_s=0.3, idle_s=0.3, linger_s=0.3, sweep_s=0.05, connections=4)
"""Waits a third of a second where the real one waits seconds, for four clients."""


@dataclass
class Served:
    """A running listener with the fakes behind it."""

    listener: Listener
    loop: asyncio.AbstractEventLoop
    intake: FakeIntake
    engine: FakeEngine
    port: int
    problems: list[dict[str, Any]]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def on_loop(self, call: Callable[[], _T]) -> _T:
        """Runs ``call`` on the listener's loop and gives what it gives."""

        async def run() -> _T:
            return call()

        return self.wait(run())

    def wait(self, coroutine: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(TIMEOUT_S)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT_S)

    def raw(self, data: bytes) -> bytes:
        """Sends bytes, gives everything that comes back until the server closes."""
        with self.connect() as connection:
            try:
                connection.sendall(data)
            except ConnectionError:
                pass  # the server has already answered and closed
            return read_all(connection)

    def curl(self, path: str, *options: str) -> Reply:
        return curl(self.url + path, *options)


@dataclass(frozen=True)
class Reply:
    """What curl saw."""

    status: int
    headers: dict[str, str]
    body: bytes


def curl(url: str, *options: str, stdin: bytes | None = None) -> Reply:
    command = [program("curl"), "-sS", "-i", "--max-time", str(TIMEOUT_S), *options, url]
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=2 * TIMEOUT_S)
    assert done.returncode == 0, done.stderr.decode()
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    while head.startswith(b"HTTP/1.1 100"):
        head, _, body = body.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return Reply(int(first.split()[1]), headers, body)


def read_all(connection: socket.socket) -> bytes:
    """Everything until the other end closes."""
    parts = []
    try:
        while data := connection.recv(65536):
            parts.append(data)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def read_until(connection: socket.socket, end: bytes, *, cut: bool = False) -> bytes:
    """Everything until ``end`` comes last, or with ``cut`` until it has come."""
    got = b""
    while not (end in got if cut else got.endswith(end)):
        data = connection.recv(65536)
        assert data, f"closed after {got!r}"
        got += data
    return got


def status(answer: bytes) -> int:
    """Of a raw answer."""
    return int(answer.split(b" ", 2)[1])


async def start(listener: Listener, sockets: Sequence[socket.socket]) -> None:
    """On the loop that it is to run on."""
    listener.start(sockets)


@contextmanager
def serve(
    *,
    require_key: bool = False,
    limits: Limits | None = None,
    health: Callable[[], str | None] = lambda: None,
    port: int = 0,
    engine: FakeEngine | None = None,
) -> Iterator[Served]:
    """A listener on a free port, stopped at the end; fails when its loop saw an unhandled error."""
    loop = asyncio.new_event_loop()
    problems: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _loop, context: problems.append(context))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    intake = FakeIntake()
    engine = engine or an_engine()
    listener = Listener(intake, engine, require_key=require_key, health=health, limits=limits)
    served = Served(listener, loop, intake, engine, 0, problems)
    try:
        sockets = open_sockets("127.0.0.1", port)
        served.port = port_of(sockets[0])
        served.wait(start(listener, sockets))
        yield served
    finally:
        served.wait(listener.stop(grace_s=0.2))
        loop.call_soon_threadsafe(loop.stop)
        thread.join(TIMEOUT_S)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
    assert problems == []
