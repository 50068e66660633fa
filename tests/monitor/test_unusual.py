"""The engine marks a check whose last good run reported what is far from the usual, whatever is expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulsetui.core.state.status import PingKind
from pulsetui.monitor import unusual
from tests.monitor.harness import Harness, running

CONFIG = """\
[checks.orders]
every = "1h"

[checks.quiet]
every = "1h"
"""
USUAL = (1377.0, 1290.0, 1402.0, 1351.0, 1420.0, 1388.0, 1377.0, 1366.0)


async def report(engine: Harness, *values: float, slug: str = "orders") -> None:
    for value in values:
        await engine.ping(slug, metrics={"orders": value})
        await engine.run(minutes=30)
    await engine.engine.unusual.settled()


async def test_what_is_far_from_the_usual_is_said_until_a_run_is_as_usual(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        told: list[frozenset[str]] = []
        await report(engine, *USUAL)
        assert engine.view("orders").unusual == ""
        engine.client.subscribe(told.append)
        await report(engine, 0.0)
        assert engine.view("orders").unusual == "orders=0, usual 1377"
        assert engine.status("orders") == "up", "it takes nothing down"
        assert told[-1] == frozenset({"orders"})
        await report(engine, 1377.0)
        assert engine.view("orders").unusual == ""


async def test_it_is_known_again_after_a_restart_and_forgotten_with_the_check(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await report(engine, *USUAL, 0.0)
    async with running(tmp_path, clock=engine.clock, config=CONFIG) as again:
        await again.engine.unusual.settled()
        assert again.view("orders").unusual == "orders=0, usual 1377"
        check_id = next(iter(again.engine.checks)).id
        (tmp_path / "checks.toml").write_text(CONFIG.partition("\n\n")[2])
        await again.reload_config()
        assert again.engine.unusual.of(check_id) == ""


async def test_a_good_run_without_metrics_takes_the_mark_away(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await report(engine, *USUAL, 0.0)
        await engine.ping("orders")
        await engine.ping("quiet", PingKind.SUCCESS)
        await engine.settle()
        assert engine.view("orders").unusual == ""


async def test_more_than_are_looked_at_in_one_go_are_all_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unusual, "_AT_ONCE", 1)
    monkeypatch.setattr(unusual, "_PAUSE_S", 0.0)
    async with running(tmp_path, config=CONFIG) as engine:
        for slug in ("orders", "quiet"):
            await report(engine, *USUAL, slug=slug)
        for slug in ("orders", "quiet"):
            await engine.ping(slug, metrics={"orders": 0.0})
        await engine.settle()
        await engine.engine.unusual.settled()
        assert {view.unusual for view in engine.client.checks().values()} == {"orders=0, usual 1377"}
