"""Pings at a fixed rate, each timed from the moment it was due: a stall delays all that were due in it.

``python -m tests.benchmarks.open_loop PORT RATE SECONDS CHECKS`` prints one line of JSON. It runs in a
process of its own, so that it shares no interpreter lock with what it measures.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass, field

from tests.benchmarks.processes import PLACE, Home, module, slug

_WORKERS = 24  # so many pings may be under way at once
_LEAD_S = 0.3
_TIMEOUT_S = 10.0
_REQUEST = "GET /ping/{} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nConnection: close\r\n\r\n"


@dataclass(slots=True)
class Outcome:
    """Of the pings answered 200: seconds from the due moment to the answer, and to when it was sent."""

    latencies: list[float] = field(default_factory=list)
    sent_late: list[float] = field(default_factory=list)
    failed: int = 0

    def add(self, other: Outcome) -> None:
        """Takes in another one of the same kind."""
        self.latencies += other.latencies
        self.sent_late += other.sent_late
        self.failed += other.failed


def exchange(port: int, request: bytes) -> bool:
    """One ping over a new connection; whether it was answered 200."""
    try:
        with socket.create_connection(("127.0.0.1", port), _TIMEOUT_S) as connection:
            connection.sendall(request)
            answer = b""
            while chunk := connection.recv(4096):
                answer += chunk
    except OSError:
        return False
    return answer.startswith(b"HTTP/1.1 200")


def requests(checks: int) -> list[bytes]:
    return [_REQUEST.format(slug(number)).encode() for number in range(checks)]


def generate(port: int, rate: float, seconds: float, checks: int) -> Outcome:
    """Sends ``rate * seconds`` pings, spread over the first ``checks`` checks."""
    outcome = Outcome()
    prepared = requests(checks)
    start = time.monotonic() + _LEAD_S
    total = int(rate * seconds)

    def work(first: int) -> None:
        for number in range(first, total, _WORKERS):
            due = start + number / rate
            time.sleep(max(due - time.monotonic(), 0.0))
            late = time.monotonic() - due
            if exchange(port, prepared[number % checks]):
                outcome.latencies.append(time.monotonic() - due)
                outcome.sent_late.append(late)
            else:
                outcome.failed += 1

    workers = [threading.Thread(target=work, args=(first,)) for first in range(_WORKERS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return outcome


class Generator:
    """The generator in its own process; ``result`` waits for its end."""

    def __init__(self, at: Home, port: int, rate: float, seconds: float, checks: int) -> None:
        self._patience = seconds + 60
        arguments = [str(value) for value in (port, rate, seconds, checks)]
        self._process = subprocess.Popen(
            module("open_loop", *arguments),
            stdout=subprocess.PIPE,
            text=True,
            env=at.environment(),
            cwd=PLACE,
        )

    def result(self) -> Outcome:
        try:
            out, _ = self._process.communicate(timeout=self._patience)
        finally:
            self.kill()
        return Outcome(**json.loads(out))

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


def generated(at: Home, port: int, rate: float, seconds: float, checks: int) -> Outcome:
    """Runs the generator in its own process and waits for it."""
    generator = Generator(at, port, rate, seconds, checks)
    try:
        return generator.result()
    finally:
        generator.kill()


def main() -> None:
    port, rate, seconds, checks = sys.argv[1:]
    print(json.dumps(asdict(generate(int(port), float(rate), float(seconds), int(checks)))))


if __name__ == "__main__":
    main()
