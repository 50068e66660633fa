"""All of the way: a job fails, a mail arrives, its link is pressed, and the incident is acknowledged."""

from __future__ import annotations

import re
import time
from pathlib import Path

import httpx

from pulsetui.service import Service, open_service
from tests.hooks.kinds.test_email import Mailbox, mail_server, text_of

DEADLINE_S = 30.0

CONFIG = """
[listener]
public_url = "http://127.0.0.1:{listen}"

[hooks.mail]
type = "email"
host = "127.0.0.1"
port = {port}
security = "none"
from = "pulse@example.org"
to = ["ann@example.org"]

[checks.one]
every = "1h"
"""


def messages(box: Mailbox, count: int) -> None:
    """Waits until so many have arrived."""
    deadline = time.monotonic() + DEADLINE_S
    while len(box.messages) < count:
        assert time.monotonic() < deadline, [message["Subject"] for message in box.messages]
        time.sleep(0.02)


def known_by(service: Service) -> str:
    """Who knows of the check's incident."""
    incident = service.client.checks()["one"].incident
    assert incident is not None
    return incident.acknowledged_by


def test_a_failure_is_acknowledged_by_the_link_in_its_mail(tmp_path: Path) -> None:
    path = tmp_path / "checks.toml"
    with mail_server(box := Mailbox()) as port:
        path.write_text(CONFIG.format(port=port, listen=1))
        with open_service(path, tmp_path / "state", ("127.0.0.1", 0)) as service:
            url = service.engine_url
            httpx.post(f"{url}/ping/one/fail")
            messages(box, 1)
            text = text_of(box.messages[0])
            found = re.search(r"^Acknowledge: (\S+)$", text, re.MULTILINE)
            assert found is not None, text
            link = found[1].replace("http://127.0.0.1:1/", f"{url}/")

            assert "Acknowledge" in httpx.get(link).text
            assert known_by(service) == ""
            assert "one is acknowledged by Ann via link" in httpx.post(link, data={"by": "Ann"}).text
            assert known_by(service) == "Ann via link"

            messages(box, 2)
            httpx.post(f"{url}/ping/one")
            messages(box, 3)
    first, known, up = box.messages
    assert (known["Subject"], up["Subject"]) == ("one was acknowledged by Ann via link", "one is up again")
    assert known["References"] == up["References"] == first["Message-ID"]
