"""What the service manager is told of an engine that is not well."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from pulsetui.cli.commands import serve
from pulsetui.monitor.watch.health import Trouble
from pulsetui.service import Service, open_service


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield listening


def a_service(trouble: Trouble | None) -> Service:
    engine = SimpleNamespace(masked=lambda text: text.replace("hunter2", "…"))
    service = SimpleNamespace(
        trouble=lambda within_s: trouble, engine=engine, engine_url="http://127.0.0.1:8787"
    )
    return cast("Service", service)


WELL = "STATUS=listening on http://127.0.0.1:8787"


def test_one_that_stands_still_is_not_fed_and_says_why(manager: socket.socket) -> None:
    service = a_service(Trouble("no deadline was judged for 1m\n\x1b[31mhunter2", is_stuck=True))
    told = serve._beat(service, WELL)
    assert manager.recv(1000).decode() == told
    assert told.startswith("STATUS=NOT WELL: no deadline was judged for 1m")
    assert "hunter2" not in told
    assert "\n" not in told
    assert "\x1b" not in told

    assert serve._beat(service, told) == told  # says it once
    assert serve._beat(a_service(None), told) == WELL
    assert manager.recv(1000).decode() == f"WATCHDOG=1\n{WELL}"


def test_one_whose_disk_is_full_is_left_alive(manager: socket.socket) -> None:
    serve._beat(a_service(Trouble("nothing can be written")), WELL)
    assert manager.recv(1000).decode() == (
        "WATCHDOG=1\nSTATUS=NOT WELL: nothing can be written; listening on http://127.0.0.1:8787"
    )


def test_a_loop_that_does_not_answer_is_stuck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "checks.toml"
    config.write_text('[checks.a]\nevery = "1h"\n')
    with open_service(config, tmp_path / "state", ("127.0.0.1", 0)) as service:
        assert service.trouble(10) is None
        judge, released = service.engine.health_judge, threading.Event()
        monkeypatch.setattr(judge, "trouble", lambda: released.wait(30) and None)
        assert service.trouble(0.01) == Trouble("the engine did not answer within 0.01 s", is_stuck=True)
        released.set()
