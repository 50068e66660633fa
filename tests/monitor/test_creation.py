"""Checks that pings make, by ``create=1``: as many as may be, as fast as may be."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from pulsetui.client.client import do_one
from pulsetui.client.commands import EditCheck
from pulsetui.monitor.pings import creation
from pulsetui.monitor.pings.refusals import Allowance
from pulsetui.monitor.sink import Receipt
from tests.monitor.harness import CONFIG, running
from tests.monitor.samples import Ticks, notice, spool


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


NIGHTLY = {"cron": "30 3 * * *", "timezone": "Europe/Riga", "grace": "10m"}


async def test_a_check_is_made_as_its_first_ping_says_and_an_edit_wins(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        assert await engine.ping("new", create=True, definition=NIGHTLY) is Receipt.CREATED
        view = engine.view("new")
        assert (view.schedule, view.tz, view.grace) == ("30 3 * * *", "Europe/Riga", 600.0)
        details = await asyncio.to_thread(engine.client.details, "new")
        assert details.fields["source"] == {
            "from": "ping",
            "key": "new",
            "slug": "new",
            "name": "new",
            **NIGHTLY,
        }
        await asyncio.to_thread(do_one, engine.client, EditCheck(("new",), {"grace": "2h"}))
        assert await engine.ping("new", create=True, definition=NIGHTLY) is Receipt.OK
        assert engine.view("new").grace == 7200.0


@pytest.mark.parametrize("restart", [False, True], ids=["running", "restarted"])
async def test_a_report_that_was_kept_makes_its_check(tmp_path: Path, restart: bool) -> None:
    async with running(tmp_path) as engine:
        if not restart:
            spool(tmp_path, "new", "2026-11-20T00:00:00Z", create=NIGHTLY)
            await engine.engine.beat()
            assert engine.view("new").schedule == "30 3 * * *"
    spool(tmp_path, "newer", "2026-11-20T00:00:00Z", create={**NIGHTLY, "desc": "x"})
    bad = spool(tmp_path, "bad", "2026-11-20T00:00:00Z", create={"every": "soon"})
    async with running(tmp_path, config=None) as engine:
        assert engine.view("newer").n_pings == 1
        assert engine.view("newer").desc == ""
        assert "could not make bad" in notice(engine, "create")
    assert not bad.exists()
    assert (bad.parent / "bad" / bad.name).exists(), "set aside"
