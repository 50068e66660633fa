"""Tests of hooks and drills take the way of real alerts, and change nothing else."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pulsetui.client.alert import Alert, AlertEvent, Answer
from pulsetui.client.commands import Acknowledge, EndTrial, StartDrill, TestHooks
from pulsetui.client.trials import TrialView
from pulsetui.core.state.status import PingKind
from pulsetui.errors import CommandError
from pulsetui.monitor.answering.answers import AlertAnswers
from pulsetui.monitor.outbox import StoreOutbox
from tests.monitor.harness import FakeClock, Harness, running

CONFIG = """
[hooks.phone]
type = "terminal"

[hooks.mail]
type = "terminal"

[checks.one]
every = "1h"
name = "One"
hooks = ["phone"]
"""

KEY = "drill-5f0c2a"
DRILL = StartDrill(KEY, ("one",), by="ann")


async def deliver(engine: Harness) -> list[tuple[str, Alert]]:
    """All that is due is told; what it was."""
    outbox, now = StoreOutbox(engine.engine), engine.clock.now()
    told = []
    for hook in engine.engine.config.hooks:
        due = await outbox.due(hook, now, 100)
        await outbox.delivered(due, now)
        told += [(hook, one.alert) for one in due]
    return told


def newest(engine: Harness) -> TrialView:
    return engine.client.trials()[0]


async def test_a_test_goes_through_the_outbox_by_the_hooks_that_are_named(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        results = await engine.engine.trials.do(TestHooks("test-5f0c", ("mail", "pager"), by="ann"))

        assert [(one.slug, one.ok) for one in results] == [("mail", True), ("pager", False)]
        [(hook, alert)] = await deliver(engine)
        assert (hook, alert.event, alert.slug) == ("mail", AlertEvent.TEST, "")
        assert "ann tries whether alerts arrive" in alert.body


async def test_a_trial_tells_when_each_hook_told_it(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await engine.engine.trials.do(TestHooks("test-5f0c", ("mail", "phone")))
        engine.clock.run(timedelta(seconds=3))
        await deliver(engine)

        view = newest(engine)
        first = view.first("mail")
        assert first is not None
        assert first.delivered_at is not None
        assert view.seconds_to(first.delivered_at) == 3


async def test_a_drill_is_told_by_the_hooks_of_its_check_and_says_what_it_is(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await engine.engine.trials.do(DRILL)

        [(hook, alert)] = await deliver(engine)
        assert hook == "phone"
        assert alert.drill
        assert alert.title == "DRILL: One is overdue"
        assert alert.body.startswith("This is a drill: nothing is wrong.")
        assert (alert.event, alert.key) == (AlertEvent.DOWN, KEY)


async def test_a_drill_changes_nothing_of_its_check(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await engine.ping("one")
        before = engine.engine.checks.find("one")

        await engine.engine.trials.do(DRILL)
        await deliver(engine)
        await engine.engine.trials.acknowledge("one", "ann")

        assert engine.engine.checks.find("one") == before
        assert engine.client.details("one").incidents == ()


async def test_whoever_is_told_of_a_drill_is_told_of_its_end(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await engine.engine.trials.do(DRILL)
        await deliver(engine)
        engine.clock.run(timedelta(seconds=40))

        said = await AlertAnswers(engine.engine).take(
            Answer(verb="acknowledge", key=KEY, by="ann", hook="phone")
        )

        assert said == "The drill is acknowledged by ann via phone, after 40s"
        [(hook, alert)] = await deliver(engine)
        assert (hook, alert.event, alert.key, alert.drill) == ("phone", AlertEvent.UP, KEY, True)
        assert alert.body == "ann via phone acknowledged it after 40s"
        trial = newest(engine).trial
        assert (trial.acknowledged_by, trial.acknowledged_at) == ("ann via phone", engine.clock.now())


async def test_who_comes_second_hears_that_the_drill_is_over(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await engine.engine.trials.do(DRILL)
        await engine.engine.trials.acknowledge(KEY, "ann")

        assert await engine.engine.trials.acknowledge(KEY, "ben") == "This drill is over"
        assert newest(engine).trial.acknowledged_by == "ann"


async def test_a_drill_that_nobody_acknowledges_ends_by_itself_also_after_a_restart(tmp_path: Path) -> None:
    clock = FakeClock()
    async with running(tmp_path, clock, config=CONFIG) as engine:
        await engine.engine.trials.do(DRILL)
        await deliver(engine)
    async with running(tmp_path, clock, config=None) as engine:
        await engine.engine.trials.look()
        assert newest(engine).trial.is_open_drill

        clock.run(timedelta(minutes=10))
        await engine.engine.beat()

        assert newest(engine).trial.ended_at == clock.now()
        [(_, alert)] = [told for told in await deliver(engine) if told[1].key]
        assert alert.body == "Nobody acknowledged it within 10m"


async def test_to_acknowledge_its_check_acknowledges_the_drill(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await engine.engine.trials.do(DRILL)

        [result] = await asyncio.to_thread(engine.client.do, Acknowledge(("one",), by="ann"))

        assert (result.ok, result.message) == (True, "The drill is acknowledged by ann, after 0s")
        [again] = await asyncio.to_thread(engine.client.do, Acknowledge((KEY,), by="ann"))
        assert (again.ok, again.message) == (False, "This drill is over")


async def test_a_message_of_a_trial_that_is_over_is_not_sent_any_more(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await engine.engine.trials.do(DRILL)
        await engine.engine.trials.do(EndTrial(KEY))

        assert await deliver(engine) == []
        first = newest(engine).first("phone")
        assert first is not None
        assert (first.next_try_at, first.delivered_at, first.error) == (None, None, "the trial is over")


async def test_an_acknowledgement_of_a_check_that_is_down_is_none_of_a_drill(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await engine.ping("one", PingKind.FAIL)
        await engine.engine.trials.do(DRILL)

        assert await engine.engine.trials.acknowledge("another", "ann") is None
        assert newest(engine).trial.is_open_drill


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (StartDrill(KEY, ("nine",)), "there is no check nine"),
        (StartDrill(KEY, ("quiet",)), "nobody would be told"),
    ],
)
async def test_a_drill_that_nobody_would_hear_of_is_refused(
    tmp_path: Path, command: StartDrill, said: str
) -> None:
    config = CONFIG + '\n[checks.quiet]\nevery = "1h"\nhooks = []\n'
    async with running(tmp_path, config=config) as engine:
        with pytest.raises(CommandError, match=said):
            await engine.engine.trials.do(command)
        assert engine.client.trials() == ()


PLANNED = (
    CONFIG
    + """
[drill]
calendar = "Mon *-*-1..7 10:00"
check = "one"
wait = "5m"
"""
)


async def test_a_drill_that_is_planned_comes_by_itself_once(tmp_path: Path) -> None:
    clock = FakeClock(datetime(2026, 12, 7, 9, 59, 50, tzinfo=UTC))  # the first Monday
    async with running(tmp_path, clock, config=PLANNED) as engine:
        await engine.engine.trials.look()
        assert engine.client.trials() == ()
        clock.run(timedelta(seconds=15))
        await engine.engine.trials.look()

        [view] = engine.client.trials()
        assert (view.trial.slug, view.trial.by, view.trial.hooks) == ("one", "", ("phone",))
        assert view.trial.ends_at == clock.now() + timedelta(minutes=5)
        for _ in range(100):
            clock.run(timedelta(minutes=1))
            await engine.engine.trials.look()
        assert len(engine.client.trials()) == 1


async def test_a_planned_drill_that_was_slept_through_is_left_out(tmp_path: Path) -> None:
    clock = FakeClock(datetime(2026, 12, 7, 9, tzinfo=UTC))
    async with running(tmp_path, clock, config=PLANNED) as engine:
        await engine.engine.trials.look()
        clock.sleep(timedelta(hours=9))
        await engine.engine.trials.look()
        assert engine.client.trials() == ()


async def test_a_key_is_used_once(tmp_path: Path) -> None:
    async with running(tmp_path, config=CONFIG) as engine:
        await engine.engine.trials.do(DRILL)

        with pytest.raises(CommandError, match="was used already"):
            await engine.engine.trials.do(DRILL)
        assert len(await deliver(engine)) == 1
