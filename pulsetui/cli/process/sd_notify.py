"""Tells a service manager how we are, by systemd's notification protocol (sd_notify(3)).

One datagram of ``NAME=VALUE`` lines to the socket named by ``NOTIFY_SOCKET``; silence when there is none.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Mapping

log = logging.getLogger(__name__)


def notify(*lines: str, environ: Mapping[str, str] = os.environ) -> None:
    """Sends the lines. A manager that does not listen is no reason to stop."""
    place = environ.get("NOTIFY_SOCKET", "")
    if not place.startswith(("/", "@")):
        return
    if place.startswith("@"):  # an abstract socket
        place = "\0" + place[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.connect(place)
            channel.sendall("\n".join(lines).encode())
    except OSError as error:
        log.warning("the service manager cannot be told: %s", error)


def watchdog_interval(environ: Mapping[str, str] = os.environ) -> float | None:
    """Seconds between two beats, a third of what the manager allows; None when it does not watch us."""
    microseconds = environ.get("WATCHDOG_USEC", "")
    if not (microseconds.isascii() and microseconds.isdigit() and int(microseconds)):
        return None
    if environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    return int(microseconds) / 3_000_000
