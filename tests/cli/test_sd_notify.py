"""What a service manager is told."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from pulsetui.cli.process.sd_notify import notify, watchdog_interval


def test_the_lines_arrive_as_one_datagram(tmp_path: Path) -> None:
    place = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(place)
        manager.settimeout(5)

        notify("READY=1", "STATUS=listening", environ={"NOTIFY_SOCKET": place})

        assert manager.recv(1000) == b"READY=1\nSTATUS=listening"


def test_an_abstract_socket_is_reached_too() -> None:
    name = f"pulsetui-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("\0" + name)
        manager.settimeout(5)

        notify("STOPPING=1", environ={"NOTIFY_SOCKET": "@" + name})

        assert manager.recv(1000) == b"STOPPING=1"


@pytest.mark.parametrize("place", ["", "relative", "/nonexistent/socket"])
def test_no_manager_is_no_error(place: str) -> None:
    notify("READY=1", environ={"NOTIFY_SOCKET": place})


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, 10.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 10.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "²"}, None),
    ],
)
def test_the_beat_is_three_times_as_fast_as_it_must_be(
    environ: dict[str, str], seconds: float | None
) -> None:
    assert watchdog_interval(environ) == seconds
