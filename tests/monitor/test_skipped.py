"""A job that skips, through the whole engine: what is shown, what is told, what a restart remembers."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulsetui.core.state.status import Outcome, PingKind
from tests.monitor.harness import Harness, running
from tests.monitor.test_told_again import TOLD, told

WHY = "lock \x1b[31mheld by [pid 123]"


async def skip(engine: Harness) -> None:
    await engine.ping("often", PingKind.SKIP, body=f"looked for work\n{WHY}\n\n".encode())


async def test_a_skip_is_shown_with_its_reason_and_told_when_it_goes_on(tmp_path: Path) -> None:
    async with running(tmp_path, config=TOLD) as engine:
        await engine.ping("often")
        await engine.run(minutes=15)
        await skip(engine)
        assert engine.status("often") == "up"
        assert engine.view("often").skipped == "skipped 1 run: lock held by [pid 123]"
        assert told(engine, "often") == []
        run, *_ = engine.client.details("often").runs
        assert (run.outcome, run.detail) == (Outcome.SKIPPED, "lock held by [pid 123]")
        assert engine.client.details("often").pings[0].kind is PingKind.SKIP
    async with running(tmp_path, engine.clock, config=None) as engine:
        assert engine.view("often").skipped == "skipped 1 run: lock held by [pid 123]"
        await engine.run(minutes=15)
        await skip(engine)
        assert engine.status("often") == "down skipped"
        assert told(engine, "often") == ["often skips its runs"]
        await engine.run(minutes=15)
        await skip(engine)
        await engine.ping("often")
        assert engine.status("often") == "up"
        assert engine.view("often").skipped == ""


@pytest.mark.parametrize("reason", ["failed", "skipped"])
async def test_a_rule_may_be_about_skips(tmp_path: Path, reason: str) -> None:
    rule = f'[checks.often]\nalerts = {{ reasons = ["{reason}"] }}'
    async with running(tmp_path, config=TOLD.replace("[checks.often]", rule)) as engine:
        await engine.ping("often")
        for _ in range(2):
            await engine.run(minutes=15)
            await skip(engine)
        assert engine.status("often") == "down skipped"
        assert told(engine, "often") == (["often skips its runs"] if reason == "skipped" else [])
