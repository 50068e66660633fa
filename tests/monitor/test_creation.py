"""Checks that pings make, by ``create=1``: as many as may be, as fast as may be."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from pulsetui.monitor.pings import creation
from pulsetui.monitor.pings.refusals import Allowance
from pulsetui.monitor.sink import Receipt
from tests.monitor.harness import CONFIG, running
from tests.monitor.samples import Ticks, notice


async def test_create_makes_no_more_checks_than_it_may(tmp_path: Path) -> None:
    config = CONFIG.replace('timezone = "UTC"', 'timezone = "UTC"\n[listener]\ncreate_limit = 4')

    async with running(tmp_path, config=config) as engine:
        made = await asyncio.gather(*(engine.ping(f"new-{n}", create=True) for n in range(5)))
        assert made == [Receipt.CREATED] * 2 + [Receipt.FULL] * 3
        assert len(engine.client.checks()) == 4
        assert "create=1 made no check for 3 pings: there are 2 checks" in notice(engine, "create")
        assert await engine.ping("new-0", create=True) is Receipt.OK


async def test_create_makes_a_hundred_checks_at_once_and_then_one_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = Ticks()
    monkeypatch.setattr(creation, "Allowance", lambda *_: Allowance(2, 1.0, ticks))

    async with running(tmp_path) as engine:
        receipts = [await engine.ping(f"new-{n}", create=True) for n in range(3)]
        assert receipts == [Receipt.CREATED, Receipt.CREATED, Receipt.TOO_FAST]
        assert "one a second" in notice(engine, "create")
        ticks.at = 1.5
        assert await engine.ping("new-2", create=True) is Receipt.CREATED


async def test_pings_that_ask_for_the_same_new_check_at_once_make_one(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        receipts = await asyncio.gather(*(engine.ping("new", create=True) for _ in range(200)))
        assert receipts.count(Receipt.CREATED) == 1
        assert receipts.count(Receipt.OK) == 199
        assert engine.view("new").n_pings == 200
