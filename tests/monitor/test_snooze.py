"""No alerts until an instant; what is still down then is told."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pulsetui.client.commands import EndSnooze, StartSnooze
from pulsetui.core.state.snooze import Scope, Snooze
from pulsetui.core.state.status import PingKind
from pulsetui.monitor.writing.commands import SetSnoozes
from tests.monitor.harness import FakeClock, Harness, running
from tests.store.samples import due_rows

CONFIG = """
[hooks.a]
type = "terminal"

[checks.one]
every = "1h"
tags = ["billing"]

[checks.two]
every = "1h"
"""


def told(engine: Harness) -> list[str]:
    found = due_rows(engine.engine.queries, engine.clock.now(), 99)
    return [one.alert.split('"title":"')[1].split('"')[0] for one in found]


async def snooze(engine: Harness, scope: Scope, *targets: str, **span: float) -> list[bool]:
    until = engine.clock.now() + timedelta(**span)
    results = await asyncio.to_thread(
        engine.client.do, StartSnooze(scope, targets, until=until, by="me", note="deploy")
    )
    return [result.ok for result in results]


async def wait_out(engine: Harness, **span: float) -> None:
    engine.clock.run(timedelta(**span))
    await engine.engine.beat()
    await asyncio.sleep(0.03)
    await engine.settle()


async def test_a_snoozed_check_goes_down_silently_and_is_told_at_the_end(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        assert await snooze(engine, "check", "one", minutes=20) == [True]
        await engine.ping("one", PingKind.FAIL)
        await engine.ping("two", PingKind.FAIL)
        assert engine.view("one").snoozed_until == engine.clock.now() + timedelta(minutes=20)
        assert engine.status("one") == "down failed"
        assert told(engine) == ["two failed"]
        await wait_out(engine, minutes=21)
        assert told(engine) == ["two failed", "one failed"]
        assert engine.view("one").snoozed_until is None
        assert engine.client.info().snoozes == ()


async def test_what_recovers_within_the_snooze_is_told_to_nobody(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await snooze(engine, "tag", "billing", hours=1)
        await engine.ping("one", PingKind.FAIL)
        await engine.ping("one")
        await wait_out(engine, minutes=90)
        assert told(engine) == []


async def test_the_recovery_of_what_was_told_before_the_snooze_is_told(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await engine.ping("one", PingKind.FAIL)
        await snooze(engine, "everything", hours=1)
        await engine.ping("one")
        assert told(engine) == ["one failed", "one is up again"]


async def test_ending_a_snooze_early_tells_at_once(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await snooze(engine, "everything", hours=1)
        await engine.ping("one", PingKind.FAIL)
        await asyncio.to_thread(engine.client.do, EndSnooze("everything"))
        assert told(engine) == ["one failed"]


async def test_a_snooze_outlives_a_restart_and_a_rename(tmp_path: Path) -> None:
    clock = FakeClock()
    async with running(tmp_path, clock, config=CONFIG) as engine:
        await snooze(engine, "check", "one", hours=1)
        await engine.engine.edit_config(
            lambda file: file.edit_check("one", {}, new_slug="first"), {"one": "first"}
        )
    async with running(tmp_path, clock, config=None) as engine:
        assert engine.view("first").snoozed_until is not None
        assert engine.client.info().snoozes[0].note == "deploy"


async def test_what_cannot_be_snoozed_says_why(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        assert await snooze(engine, "check", "nope", hours=1) == [False]
        assert await snooze(engine, "tag", "nope", hours=1) == [False]
        assert await snooze(engine, "check", "one", hours=-1) == [False]
        ended = await asyncio.to_thread(engine.client.do, EndSnooze("check", ("two",)))
        assert (ended[0].ok, ended[0].message) == (False, "two is not snoozed")


@pytest.mark.parametrize(
    "until", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "2400-01-01T00:00:00+00:00"]
)
@pytest.mark.parametrize("scope", ["check", "everything"])
async def test_a_snooze_whose_end_nobody_could_keep_is_refused(
    tmp_path: Path, scope: Scope, until: str
) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        targets = ("one",) if scope == "check" else ()
        end = datetime.fromisoformat(until)
        [result] = await asyncio.to_thread(engine.client.do, StartSnooze(scope, targets, until=end, by="me"))
        assert not result.ok
        assert result.message
        assert engine.client.info().snoozes == ()


async def test_one_that_is_prolonged_in_the_moment_of_its_end_goes_on(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await snooze(engine, "check", "one", hours=1)
        engine.clock.run(timedelta(hours=2))
        until = engine.clock.now() + timedelta(hours=1)
        longer = Snooze(scope="check", target="one", until=until)
        # Neither is written down before both have been asked for.
        prolonged = asyncio.ensure_future(engine.engine.set_snoozes(SetSnoozes(add=[longer])))
        engine.engine.end_snoozes()
        await prolonged
        await engine.settle()
        assert engine.view("one").snoozed_until == until
