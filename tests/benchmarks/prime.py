"""Fills a state directory with history: ``python -m tests.benchmarks.prime HOME CHECKS RUNS``."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pulsetui.core.state.status import PingKind
from pulsetui.monitor.engine import Engine
from pulsetui.monitor.sink import IncomingPing, Receipt
from pulsetui.service import open_service
from tests.benchmarks.processes import PLACE, Home, module, slug

FAILED = 3
"""So many checks are down: their rows stand on top and change with the clock."""

_AT_ONCE = 2000  # below the engine's own limit, and done within its patience
_PATIENCE_S_EACH = 0.01


def feed(engine: Engine, arrivals: Sequence[IncomingPing]) -> None:
    """Hands pings to the engine's door, on its own loop, and waits for their commits."""
    for first in range(0, len(arrivals), _AT_ONCE):
        part = arrivals[first : first + _AT_ONCE]
        engine.call(lambda part=part: _receive(engine, part))  # type: ignore[misc]


async def _receive(engine: Engine, arrivals: Sequence[IncomingPing]) -> None:
    loop = asyncio.get_running_loop()
    futures: list[asyncio.Future[Receipt]] = []
    for arrival in arrivals:
        future: asyncio.Future[Receipt] = loop.create_future()
        engine.door.receive(arrival, future.set_result)
        futures.append(future)
    receipts = set(await asyncio.gather(*futures))
    if receipts != {Receipt.OK}:
        raise RuntimeError(f"pings were not taken: {receipts}")


def success(check: int, at: datetime) -> IncomingPing:
    return IncomingPing(kind=PingKind.SUCCESS, slug=slug(check), at=at, ua="bench", method="GET")


def history(checks: int, runs: int) -> list[IncomingPing]:
    """A run a day for each check, the newest within the last fifty minutes; a few have just failed."""
    now = datetime.now(UTC)
    apart = timedelta(minutes=50) / max(checks, 1)
    arrivals = [
        success(check, now - timedelta(days=day) - timedelta(minutes=5) - apart * check)
        for day in range(runs - 1, -1, -1)
        for check in range(checks)
    ]
    failed = [
        IncomingPing(
            kind=PingKind.FAIL, slug=slug(check), at=now - timedelta(seconds=40 + check), body=b"exit 1"
        )
        for check in range(min(FAILED, checks))
    ]
    return arrivals + failed


def prime(at: Home, checks: int, runs: int) -> None:
    """Fills the state directory of ``at`` in a process of its own."""
    command = module("prime", str(at.path), str(checks), str(runs))
    timeout = 60 + checks * runs * _PATIENCE_S_EACH
    subprocess.run(command, env=at.environment(), check=True, timeout=timeout, cwd=PLACE)


def main() -> None:
    place, checks, runs = sys.argv[1:]
    at = Home(Path(place))
    with open_service(at.config, at.state, ("127.0.0.1", 0)) as service:
        feed(service.engine, history(int(checks), int(runs)))


if __name__ == "__main__":
    main()
