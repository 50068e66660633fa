"""A month by an accelerated clock: what is kept in memory does not grow."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from textual._styles_cache import StylesCache
from textual.pilot import Pilot

from pulsetui.core.state.status import PingKind
from pulsetui.tui.app import PulseApp
from pulsetui.tui.details.screen import DetailsScreen
from tests.monitor.harness import FakeClock, Harness, running

CHECKS = "".join(f'[checks.job-{n}]\nevery = "12h"\ngrace = "1h"\nkeep_pings = 20\n' for n in range(5))
ALLOWED_GROWTH_B = 600_000
"""Caches of measured texts still fill up in a month; a state, row or screen kept a day would be far more."""


async def live_a_day(engine: Harness, app: PulseApp, day: int) -> None:
    """Two rounds of pings, some of them missing or failing."""
    for step in range(2):
        for n in range(5):
            if (n + day + step) % 7:
                kind = PingKind.FAIL if (n + day) % 5 == 0 else PingKind.SUCCESS
                await engine.ping(f"job-{n}", kind, body=b"line\n" * 50)
        await engine.run(hours=12)
        app.screen.refresh()
        await asyncio.sleep(0)


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    """A loaded machine may take its time to open and to close a screen."""
    deadline = asyncio.get_running_loop().time() + 20
    while not true():
        assert asyncio.get_running_loop().time() < deadline
        await pilot.pause(0.01)


async def size_at_rest() -> int:
    """Bytes in use once everything that is only waiting to go has gone.

    Cancelled timers of closed screens stay in the loop until their second is over, and Textual remembers a
    thousand pairs of widget and colours: bounded, and not ours.
    """
    sizes: list[int] = []
    for _ in range(4):
        await asyncio.sleep(0.6)
        StylesCache.get_inner_outer.cache_clear()
        gc.collect()
        sizes.append(tracemalloc.get_traced_memory()[0])
    return min(sizes)


def test_a_month_of_runs_incidents_and_looks_leaves_memory_flat(tmp_path: Path) -> None:
    async def scenario() -> None:
        sizes: list[int] = []
        async with running(tmp_path, FakeClock(), config=CHECKS) as engine:
            app = PulseApp(engine.client)
            async with app.run_test(size=(100, 24)) as pilot:
                for day in range(30):
                    await live_a_day(engine, app, day)
                    if day % 3 == 2:
                        await pilot.press("enter")
                        await until(pilot, lambda: isinstance(app.screen, DetailsScreen))
                        await pilot.press("escape")
                        await until(pilot, lambda: not isinstance(app.screen, DetailsScreen))
                    if day == 11:
                        tracemalloc.start(1)
                    if day in (14, 29):
                        sizes.append(await size_at_rest())
                screens = [one for one in gc.get_objects() if isinstance(one, DetailsScreen)]
        tracemalloc.stop()
        assert screens == [], "closed screens must go"
        assert sizes[1] - sizes[0] < ALLOWED_GROWTH_B, f"grew by {sizes[1] - sizes[0]} bytes in 15 days"

    asyncio.run(scenario())
