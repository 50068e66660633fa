"""What a replay says was told is what the engine put into its outbox, at the same instants."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random

import msgspec
import pytest
from msgspec.structs import replace

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.client.commands import Acknowledge
from pulsetui.core.state.alert_rules import AlertRules, Quiet
from pulsetui.core.state.alerting import Alerting
from pulsetui.core.state.incident import Flip
from pulsetui.core.state.maintenance import MaintenanceWindow
from pulsetui.core.state.status import PingKind, Reason
from pulsetui.monitor.writing.commands import Define, SetSnoozes
from pulsetui.report.replay import Past, replay
from tests.monitor.harness import START, Harness, running

CONFIG = """
[hooks.phone]
type = "terminal"

[hooks.boss]
type = "terminal"

[checks.db]
every = "1h"
grace = "5m"

[checks.app]
every = "30m"
grace = "10m"
tags = ["shop"]

[checks.web]
every = "30m"
grace = "15m"

[checks.mail]
every = "20m"
grace = "5m"
"""

NIGHT = Quiet(time(22), time(7))
RULES: Mapping[str, Alerting] = {
    "plain": Alerting(hooks={"phone": AlertRules(), "boss": AlertRules()}),
    "later and again": Alerting(
        hooks={
            "phone": AlertRules(repeat=timedelta(hours=2)),
            "boss": AlertRules(after=timedelta(hours=3), recovery=False),
        }
    ),
    "hours": Alerting(
        hooks={
            "phone": AlertRules(quiet=(NIGHT,), repeat=timedelta(hours=1), timezone="Europe/Riga"),
            "boss": AlertRules(days=frozenset({1, 2, 3, 4, 5}), after=timedelta(minutes=30)),
        }
    ),
    "reasons": Alerting(
        hooks={"phone": AlertRules(reasons=frozenset({Reason.FAILED})), "boss": AlertRules()},
        tags={"shop": AlertRules(after=timedelta(minutes=45))},
        acknowledging=frozenset({"boss"}),
    ),
    "maintenance": Alerting(
        hooks={"phone": AlertRules(repeat=timedelta(hours=2)), "boss": AlertRules()},
        windows=(
            MaintenanceWindow(name="move", begin=START + timedelta(hours=5), duration=timedelta(hours=4)),
            MaintenanceWindow(
                name="app",
                begin=START + timedelta(hours=20),
                duration=timedelta(hours=2),
                tags=frozenset({"shop"}),
            ),
        ),
    ),
}

Told = tuple[datetime, str, str, str, int]


async def use(engine: Harness, alerting: Alerting) -> None:
    """These rules, and a check that depends on another, which depends on a third."""
    config = engine.engine.config
    app = replace(config.checks["app"], depends_on=("db",))
    web = replace(config.checks["web"], depends_on=("app",))
    checks = {**config.checks, "app": app, "web": web}
    engine.engine.config = replace(config, alerting=alerting, checks=checks)
    await engine.engine.perform(Define(checks, {}))


async def live(engine: Harness, seed: int) -> Mapping[str, list[datetime]]:
    """A day and a half of jobs that come, fail and stay away, and of people who sometimes care. Returns when
    each check was acknowledged."""
    random = Random(seed)
    known: dict[str, list[datetime]] = {"db": [], "app": [], "web": [], "mail": []}
    for _ in range(36 * 12):
        await engine.run(minutes=5)
        await engine.engine.perform(SetSnoozes())  # a window may have closed
        for slug, every in (("db", 12), ("app", 6), ("web", 6), ("mail", 4)):
            chance = random.random()
            if chance < 0.9 / every:
                await engine.ping(slug)
            elif chance < 1.1 / every:
                await engine.ping(slug, PingKind.FAIL)
        if random.random() < 0.01:
            down = tuple(slug for slug in known if engine.status(slug).startswith("down"))
            if down:
                await asyncio.to_thread(engine.client.do, Acknowledge(down[:1], by="ann"))
                await engine.settle()
                known[down[0]].append(engine.clock.now())
    return known


def as_told(engine: Harness) -> list[Told]:
    """From the outbox: what, by which hook, and when it may be sent."""
    found = []
    for tracked in engine.engine.checks:
        for row in engine.engine.queries.deliveries(tracked.id, 10_000):
            alert = msgspec.json.decode(row.alert, type=Alert)
            assert row.next_try_at is not None
            found.append((row.next_try_at, row.hook, alert.slug, what(alert), alert.reminder))
    return sorted(found)


def what(alert: Alert) -> str:
    if alert.event is AlertEvent.DOWN:
        return "worse" if " and now " in alert.title else "reminder" if alert.reminder else "down"
    return {AlertEvent.NOTE: "flaps"}.get(alert.event, alert.event.value)


def past(engine: Harness, known: Mapping[str, list[datetime]]) -> list[Past]:
    found = []
    for tracked in engine.engine.checks:
        flips: list[Flip] = engine.engine.queries.flips(tracked.id, 10_000)
        found.append(
            Past(
                check=tracked.check,
                flips=flips[::-1],
                acknowledged=known[tracked.check.slug],
            )
        )
    return found


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("rules", RULES)
async def test_a_replay_says_what_the_engine_told(tmp_path: Path, rules: str, seed: int) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await use(engine, RULES[rules])
        known = await live(engine, seed)

        until = engine.clock.now() + timedelta(days=9)  # quiet hours reach beyond what has happened
        now = engine.clock.now()
        said = replay(past(engine, known), RULES[rules], START, until)
        told = as_told(engine)
        assert len(told) > 20
        replayed = [
            (one.at, one.hook, one.slug, one.what, one.reminder)
            for one in said.told
            if one.at <= now or one.what in ("up", "flaps")
        ]
        assert sorted(replayed) == told
