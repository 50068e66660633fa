"""Listening: the addresses, and what is said when one cannot be had."""

from __future__ import annotations

import errno
import socket

import pytest

from pulsetui.errors import ListenerError
from pulsetui.listener.http import port_owner, sockets
from pulsetui.listener.http.sockets import open_sockets, port_of
from tests.listener.fakes import CODE
from tests.listener.served import (
    Served,
    curl,
    serve,
    start,
)


def test_address_in_use_names_the_address_the_holder_and_the_option(served: Served) -> None:
    with pytest.raises(ListenerError) as caught, serve(port=served.port):
        pass

    message = str(caught.value)
    assert f"127.0.0.1:{served.port}" in message
    assert "--listen 127.0.0.1:" in message
    assert "(process " in message


@pytest.mark.parametrize(
    ("holder", "host", "says"),
    [
        ("nginx (process 7)", "", "in use by nginx (process 7). Stop that program, or choose another port"),
        (
            "pulsetui (process 7)",
            "0.0.0.0",
            "That is an engine: look at it with pulsetui --attach http://127.0.0.1:8787, or choose",
        ),
        (
            "",
            "::1",
            "the engine of another user, look at it with pulsetui --attach http://[::1]:8787. Else stop it",
        ),
    ],
)
def test_who_has_the_port_decides_what_to_do(
    holder: str, host: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(port_owner, "holder_of", lambda _: holder)
    message = sockets._message(host, 8787, OSError(errno.EADDRINUSE, "in use"))
    assert says in message
    assert "with --listen" in message


@pytest.mark.parametrize(
    ("host", "word"),
    [("203.0.113.1", "does not have that address"), ("no.such.host.invalid", "no.such.host.invalid")],
)
def test_address_that_is_not_ours_is_refused_with_advice(host: str, word: str) -> None:
    with pytest.raises(ListenerError, match="--listen") as caught:
        open_sockets(host, 0)

    assert word in str(caught.value)


def test_ipv6_is_served() -> None:
    from pulsetui.listener.listener import Listener
    from tests.client.fake import FakeEngine

    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    with serve() as running:
        other = Listener(running.intake, FakeEngine(), require_key=False)
        try:
            opened = open_sockets("::1", 0)
        except ListenerError:
            pytest.skip("no IPv6 loopback here")
        running.wait(start(other, opened))
        assert curl(f"http://[::1]:{port_of(opened[0])}/ping/{CODE}").status == 200
        assert running.intake.arrivals[0].remote_addr == "::1"
        running.wait(other.stop())
