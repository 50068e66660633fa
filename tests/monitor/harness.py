"""An engine with a clock that only moves when told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pulsetui.client.views import CheckView
from pulsetui.core.state.status import PingKind
from pulsetui.errors import StoreError
from pulsetui.monitor.engine import Engine
from pulsetui.monitor.local import LocalEngine
from pulsetui.monitor.sink import IncomingPing, Receipt
from pulsetui.store.database import Database
from pulsetui.store.rows import Changes

START = datetime(2026, 11, 20, tzinfo=UTC)  # a Friday, midnight

CONFIG = """\
timezone = "UTC"

# Runs from cron at two.
[checks.nightly]
name = "Nightly import"
cron = "0 2 * * *"
grace = "30m"

[checks.often]
every = "15m"
grace = "5m"
"""


class FakeClock:
    """Implements ``monitor.clock.Clock``."""

    def __init__(self, now: datetime = START) -> None:
        self._now = now
        self._monotonic = 1000.0
        self._boottime = 1000.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def boottime(self) -> float:
        return self._boottime

    def run(self, span: timedelta) -> None:
        """Time passes as usual."""
        self._now += span
        self._monotonic += span.total_seconds()
        self._boottime += span.total_seconds()

    def sleep(self, span: timedelta) -> None:
        """The machine sleeps."""
        self._now += span
        self._boottime += span.total_seconds()

    def step(self, span: timedelta) -> None:
        """Somebody sets the wall clock."""
        self._now += span


@contextmanager
def full_disk(error: StoreError | None = None) -> Iterator[None]:
    """Nothing can be written by any database."""
    error = error or StoreError("disk full")

    def full(database: Database, changes: Changes) -> None:
        raise error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "write", full)
        yield


def accept_all(_: object) -> list[tuple[str, str]]:
    return []


class Harness:
    """A started engine, driven from the test's own loop."""

    def __init__(self, engine: Engine, clock: FakeClock) -> None:
        self.engine = engine
        self.clock = clock
        self.client = LocalEngine(engine)

    async def ping(self, slug: str, kind: PingKind = PingKind.SUCCESS, **fields: Any) -> Receipt:
        future: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        arrival = IncomingPing(kind=kind, slug=slug, **fields)
        self.engine.door.receive(arrival, future.set_result)
        return await asyncio.wait_for(future, 10)

    async def settle(self) -> None:
        """Waits until everything that was submitted is committed and answered."""
        await self.engine.settled()

    async def run(self, **span: float) -> None:
        """Time passes; due evaluations happen."""
        self.clock.run(timedelta(**span))
        await self.engine.judge()
        await self.settle()

    async def reload_config(self) -> None:
        """Takes over what checks.toml says now, as if it had stood still for ever."""
        await self.engine.config_watch.reload(self.engine.take_config)
        await self.settle()

    async def judge_all(self) -> None:
        """What has run out by now is judged."""
        await self.engine.judge()
        await self.settle()

    def view(self, slug: str) -> CheckView:
        return self.client.checks()[slug]

    def status(self, slug: str) -> str:
        view = self.view(slug)
        return view.status if view.reason is None else f"{view.status} {view.reason}"


@asynccontextmanager
async def running(
    directory: Path, clock: FakeClock | None = None, config: str | None = CONFIG
) -> AsyncIterator[Harness]:
    """An engine over ``directory``; ``config`` None leaves the file as it is."""
    clock = clock or FakeClock()
    path = directory / "checks.toml"
    if config is not None:
        path.write_text(config)
    validators = dict.fromkeys(("desktop", "terminal", "command"), accept_all)
    engine = Engine(path, directory / "state", clock=clock, hook_validators=validators)
    harness = Harness(engine, clock)
    await engine.start()
    try:
        yield harness
    finally:
        await engine.stop()
