"""What happened while no screen was there is told to the first one that is attached."""

from __future__ import annotations

import threading
import time
import urllib.request
from pathlib import Path

from pulsetui.attach.remote import RemoteEngine
from pulsetui.client.alert import Alert
from pulsetui.service import Service, open_service
from tests.e2e.pane import DEADLINE_S

CHECKS = """
[hooks.term]
type = "terminal"
[checks.backup]
every = "1h"
"""


def ping(service: Service, path: str) -> None:
    urllib.request.urlopen(f"{service.client.info().base_url}{path}", timeout=5).close()


def wait_until_it_waits(service: Service) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not any(one.error for one in service.client.details("backup").deliveries):
        assert time.monotonic() < deadline, "the alert was never put off"
        time.sleep(0.02)


def test_the_first_screen_is_told_in_order_what_waited_for_it(tmp_path: Path) -> None:
    config, state = tmp_path / "checks.toml", tmp_path / "state"
    config.write_text(CHECKS)
    told: list[str] = []
    all_told = threading.Event()

    def take(alert: Alert) -> None:
        told.append(alert.event)
        if len(told) == 2:
            all_told.set()

    with open_service(config, state, ("127.0.0.1", 0)) as service:
        ping(service, "backup/fail")
        wait_until_it_waits(service)
        ping(service, "backup")
        assert [(one.tries, one.delivered_at) for one in service.client.details("backup").deliveries] == [
            (0, None)
        ] * 2
        assert [one.key for one in service.client.info().notices] == ["unheard"]
        attached = RemoteEngine.connect(service.engine_url, (state / "api_key").read_text().strip())
        try:
            attached.subscribe_alerts(take)
            assert all_told.wait(DEADLINE_S)
        finally:
            attached.close()
    assert told == ["down", "up"]
