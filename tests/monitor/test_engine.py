"""Deadlines over a real database: what is judged, what is told, and what a failure leaves standing."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pulsetui.client.commands import (
    Pause,
)
from pulsetui.core.state import machine
from pulsetui.core.state.check import Check
from pulsetui.core.state.state import CheckState
from pulsetui.core.state.status import PingKind
from pulsetui.core.state.transition import Transition
from tests.monitor.harness import CONFIG, START, full_disk, running


async def test_a_deadline_becomes_a_flip_an_incident_and_alerts_in_one_commit(tmp_path: Path) -> None:
    config = CONFIG + '\n[hooks.a]\ntype = "terminal"\n[hooks.b]\ntype = "desktop"\n'
    async with running(tmp_path, config=config) as engine:
        await engine.ping("often")
        await engine.run(minutes=15)
        assert engine.status("often") == "late"
        await engine.run(minutes=5)
        assert engine.status("often") == "down missed"
        details = engine.client.details("often")
        assert [flip.at for flip in details.flips] == [START + timedelta(minutes=20), START]
        assert [(one.hook, one.event) for one in details.deliveries] == [("b", "down"), ("a", "down")]
        assert details.incidents[0].missed == (START + timedelta(minutes=15),)


async def test_a_run_past_its_deadline_is_late_by_its_own_slot(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        await engine.ping("nightly")
        await engine.run(hours=2, minutes=20)
        await engine.ping("nightly", PingKind.START)
        await engine.run(minutes=10)
        view = engine.view("nightly")
        assert (engine.status("nightly"), view.incident and view.incident.missed) == ("down missed", ())
        assert (view.next_ping, view.deadline) == (
            START + timedelta(hours=2),
            START + timedelta(hours=2.5),
        )


def test_the_log_gives_a_reason_only_where_there_is_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "pulsetui.monitor.writing.transaction")

    async def scenario() -> None:
        async with running(tmp_path) as engine:
            await engine.ping("often", PingKind.FAIL)
            await engine.ping("often")

    asyncio.run(scenario())
    assert [record.getMessage() for record in caplog.records] == [
        f"check=often new -> down reason=failed at={START.isoformat()}",
        f"check=often down -> up at={START.isoformat()}",
    ]


async def test_only_the_hooks_that_a_check_names_are_told(tmp_path: Path) -> None:
    hooks = '[hooks.a]\ntype = "terminal"\n[hooks.b]\ntype = "desktop"\n'
    config = '[checks.a]\nevery = "1h"\nhooks = ["b"]\n' + hooks
    async with running(tmp_path, config=config) as engine:
        await engine.ping("a", PingKind.FAIL)
        assert [one.hook for one in engine.client.details("a").deliveries] == ["b"]


def test_only_what_was_committed_is_logged_as_a_change_of_status(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "pulsetui.monitor")

    async def scenario() -> None:
        async with running(tmp_path) as engine:
            await engine.ping("often")
            with full_disk():
                assert not (await asyncio.to_thread(engine.client.do, Pause(("often",))))[0].ok

    asyncio.run(scenario())
    told = [record.getMessage().partition(" at=")[0] for record in caplog.records]
    assert "check=often new -> up" in told
    assert "check=often up -> paused" not in told


async def test_a_deadline_whose_flip_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    async with running(tmp_path) as engine:
        await engine.ping("often")
        with full_disk():
            await engine.run(minutes=21)
            assert engine.status("often") == "late"
        await engine.run(seconds=2)
        assert engine.status("often") == "down missed"
        assert engine.client.details("often").flips[0].at == START + timedelta(minutes=20)


async def test_a_check_that_cannot_be_evaluated_is_set_aside_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    advance = machine.advance

    def broken(check: Check, state: CheckState, now: datetime) -> Transition:
        if check.slug == "a":
            raise ZeroDivisionError("a bug")
        return advance(check, state, now)

    monkeypatch.setattr(machine, "advance", broken)

    config = '[checks.a]\nevery = "15m"\ngrace = "5m"\n[checks.b]\nevery = "15m"\ngrace = "5m"\n'
    async with running(tmp_path, config=config) as engine:
        await engine.ping("a")
        await engine.ping("b")
        await engine.run(minutes=20)
        assert engine.status("b") == "down missed"
        assert "a cannot be evaluated" in engine.client.info().notices[0].text
