"""More clients than there is room for: who is served, and who makes room."""

from __future__ import annotations

import resource
import socket
import subprocess
import sys
import threading

import pytest

from pulsetui.listener.http.limits import Limits
from pulsetui.listener.http.server import HttpServer
from pulsetui.monitor.sink import Receipt
from tests.listener.served import (
    GET,
    GET_CLOSE,
    TIMEOUT_S,
    Served,
    curl,
    read_all,
    read_until,
    serve,
    status,
)


def test_connection_beyond_the_cap_is_turned_away(hasty: Served) -> None:
    hasty.intake.holding = True
    received = threading.Semaphore(0)
    hasty.intake.on_receive = lambda: received.release()  # noqa: PLW0108 - it returns nothing
    waiting = [hasty.connect() for _ in range(4)]
    for connection in waiting:
        connection.sendall(GET_CLOSE)
        assert received.acquire(timeout=TIMEOUT_S)

    answer = hasty.raw(GET_CLOSE)

    assert status(answer) == 503
    assert b"Retry-After" in answer
    assert hasty.intake.rejected == {"too many connections": 1}
    assert hasty.intake.away == 1
    hasty.on_loop(lambda: [done(Receipt.OK) for done in hasty.intake.held])
    assert [status(read_all(connection)) for connection in waiting] == [200] * 4
    for connection in waiting:
        connection.close()


def test_longest_idle_connection_makes_room() -> None:
    with serve(limits=Limits(connections=3)) as running:
        idle = [running.connect() for _ in range(3)]
        for connection in idle:
            connection.sendall(GET)
            read_until(connection, b"OK")

        assert status(running.raw(GET_CLOSE)) == 200

        assert idle[0].recv(1) == b""
        idle[1].sendall(GET_CLOSE)
        assert status(read_all(idle[1])) == 200
        for connection in idle:
            connection.close()


_FEW_DESCRIPTORS = """
import resource, sys
from pulsetui.listener.http.heads import Heads
from pulsetui.listener.http.limits import Limits
from pulsetui.listener.http.server import HttpServer
from tests.listener.served import serve
with serve(limits=Limits(spare_descriptors=-1000, request_s=0.3, sweep_s=0.05)) as running:
    resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
    print(running.port, flush=True)
    sys.stdin.read()
"""


def test_server_survives_running_out_of_descriptors() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _FEW_DESCRIPTORS], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        silent = [socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S) for _ in range(60)]

        # It can hold some thirty at once; the others are taken when the first have passed their deadline.
        assert [connection.recv(1) for connection in silent] == [b""] * 60

        assert curl(f"http://127.0.0.1:{port}/ping/backup").status == 200
        for connection in silent:
            connection.close()
        server.communicate(timeout=TIMEOUT_S)
        assert server.returncode == 0


def test_cap_leaves_descriptors_to_the_rest_of_the_program() -> None:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    with serve(limits=Limits(spare_descriptors=soft - 1)) as running, running.connect() as idle:
        idle.sendall(GET)
        read_until(idle, b"OK")

        assert status(running.raw(GET_CLOSE)) == 200

        assert idle.recv(1) == b""  # there is room for one


@pytest.mark.parametrize(
    "slow", [b"", b"GET /ping/backup HT", b"POST /ping/backup HTTP/1.1\r\nContent-Length: 9\r\n\r\nx"]
)
def test_slow_clients_shut_nobody_out(slow: bytes) -> None:
    """Ten times as many as there is room for, and they come again."""
    with serve(limits=Limits(connections=20)) as running:
        crowd: list[socket.socket] = []
        for _ in range(10):
            for _ in range(20):
                crowd.append(running.connect())
                crowd[-1].sendall(slow)
            assert status(running.raw(GET_CLOSE)) == 200
        assert len(running.intake.arrivals) == 10
        assert set(running.intake.rejected) == {"too slow, others wait"}
        for connection in crowd:
            connection.close()


def test_the_oldest_unfinished_request_goes_and_is_told_why() -> None:
    with serve(limits=Limits(connections=3)) as running:
        slow = [running.connect() for _ in range(3)]
        for connection in slow:
            connection.sendall(GET_CLOSE[:-2])
            running.on_loop(lambda: None)

        assert status(running.raw(GET_CLOSE)) == 200

        assert status(read_all(slow[0])) == 503
        for connection in slow[1:]:
            connection.sendall(b"\r\n")
            assert status(read_all(connection)) == 200
        for connection in slow:
            connection.close()


def test_an_address_that_crowds_makes_room_before_others() -> None:
    """Its share is what the others do not need."""
    closed: list[str] = []

    class Slow:
        def __init__(self, peer: str) -> None:
            self.peer = peer

        def give_way(self, _response: object) -> None:
            closed.append(self.peer)
            server.finished(self)  # type: ignore[arg-type]  # all of a connection that is asked for here

    server = HttpServer(lambda _request, _respond: None, body_kept=1)
    for peer in ["192.0.2.1", *["192.0.2.66"] * 4, "2001:db8:0:1::5", "2001:db8:0:1::6", "2001:db8:0:2::7"]:
        server.unfinished(Slow(peer))  # type: ignore[arg-type]
    for _ in range(4):
        assert server.make_room()

    assert closed == ["192.0.2.66"] * 2 + ["192.0.2.66", "2001:db8:0:1::5"]


@pytest.mark.parametrize(
    ("descriptors", "connections"),
    [(64, 32), (100, 50), (128, 64), (256, 192), (1024, 512), (1_000_000, 512), (4, 2), (1, 1)],
)
def test_descriptors_are_left_in_proportion(descriptors: int, connections: int) -> None:
    assert Limits().capacity(descriptors) == connections
