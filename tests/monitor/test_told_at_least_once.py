"""Whatever happens in whatever order: each incident that nobody silenced is told to each of its hooks at
least once, and none twice without a reason."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Final, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.client.commands import Acknowledge, AnyCommand, StartSnooze, Unacknowledge
from pulsetui.core.state.maintenance import MaintenanceWindow, maintained_until
from pulsetui.core.state.snooze import snoozed_until
from pulsetui.core.state.status import PingKind, Status
from pulsetui.errors import HookError
from pulsetui.hooks.delivery import DeliveryWorker
from pulsetui.hooks.hook import Hook
from pulsetui.monitor.outbox import StoreOutbox
from pulsetui.monitor.writing.checks import TrackedCheck
from pulsetui.monitor.writing.commands import SetSnoozes
from tests.monitor.harness import FakeClock, Harness, running

SLUGS: Final = ("often", "rare")
HOOKS: Final = ("a", "b")
CONFIG: Final = """\
[checks.often]
every = "15m"
grace = "5m"

[checks.rare]
every = "2h"
grace = "10m"

[hooks.a]
type = "terminal"

[hooks.b]
type = "terminal"
"""


class Step(NamedTuple):
    """One thing that happens; ``n`` is a number of minutes, where it has one."""

    what: str
    slug: str
    n: int


STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(
            ("success", "fail", "wait", "wait", "ack", "unack", "snooze", "window", "restart", "deliver")
        ),
        st.sampled_from(SLUGS),
        st.integers(1, 90),
    ),
    max_size=25,
)


class FlakyHook(Hook):
    """Tells what it can; each third send fails."""

    def __init__(self, told: list[Alert]) -> None:
        self.told = told
        self._tries = 0

    async def send(self, alert: Alert) -> None:
        self._tries += 1
        if self._tries % 3 == 0:
            raise HookError("503")
        self.told.append(alert)


class World:
    """All that outlives a restart, and what must have been told by the end."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.windows: tuple[MaintenanceWindow, ...] = ()
        self.told: dict[str, list[Alert]] = {hook: [] for hook in HOOKS}
        self.to_be_told: set[str] = set()  # keys of incidents
        self.turns: Counter[str] = Counter()  # keys: how often an open incident got another reason

    async def play(self, directory: Path, steps: list[Step]) -> None:
        """Does all steps, then lets everything settle, and tells what is left."""
        sessions: list[list[Step]] = [[]]
        for step in steps:
            if step.what == "restart":
                sessions.append([])
            else:
                sessions[-1].append(step)
        for session in sessions:
            async with running(directory, self.clock, config=CONFIG) as engine:
                self._apply_windows(engine)
                await self._look(engine)
                for step in session:
                    await self._do(engine, step)
                    await self._look(engine)
        async with running(directory, self.clock, config=CONFIG) as engine:
            await self._look(engine)
            await self._deliver(engine, patience=timedelta(days=1))
            for slug in SLUGS:
                self._count_turns(engine, slug)

    def _apply_windows(self, engine: Harness) -> None:
        config = engine.engine.config
        engine.engine.config = replace(config, alerting=replace(config.alerting, windows=self.windows))

    async def _do(self, engine: Harness, step: Step) -> None:
        span = timedelta(minutes=step.n)
        match step.what:
            case "success" | "fail":
                await engine.ping(step.slug, PingKind(step.what))
            case "wait":
                await engine.run(minutes=step.n)
            case "ack":
                await _command(engine, Acknowledge((step.slug,), by="ops"))
            case "unack":
                await _command(engine, Unacknowledge((step.slug,)))
            case "snooze":
                until = self.clock.now() + span
                await _command(engine, StartSnooze("check", (step.slug,), until=until, by="ops"))
            case "window":
                opened = MaintenanceWindow(name="work", begin=self.clock.now(), duration=span)
                self.windows = (*self.windows, opened)
                self._apply_windows(engine)
            case _:
                await self._deliver(engine, patience=timedelta(0))

    async def _look(self, engine: Harness) -> None:
        """What is to be told by now: of whatever is down, and kept back by nothing."""
        await engine.settle()
        await engine.engine.perform(SetSnoozes())  # as the timers do at the end of a snooze or a window
        now = self.clock.now()
        for tracked in engine.engine.checks:
            incident = tracked.state.incident
            if incident is None or incident.acknowledgement is not None or tracked.state.flaps_until:
                continue
            if tracked.state.status is Status.DOWN and not self._is_silent(engine, tracked):
                self.to_be_told.add(f"{tracked.uuid}-{incident.n}")
        assert now == self.clock.now()

    def _is_silent(self, engine: Harness, tracked: TrackedCheck) -> bool:
        now, check = self.clock.now(), tracked.check
        snoozed = snoozed_until(engine.engine.checks.snoozes, check, now)
        return snoozed is not None or maintained_until(self.windows, check, now) is not None

    async def _deliver(self, engine: Harness, *, patience: timedelta) -> None:
        """The worker runs until nothing is due, for as long as ``patience`` goes."""
        hooks = {name: FlakyHook(told) for name, told in self.told.items()}
        outbox = StoreOutbox(engine.engine)
        worker = DeliveryWorker(outbox, hooks, self.clock, lambda *_: None, sleep=_short, random=lambda: 0.5)
        working, until = asyncio.create_task(worker.run()), self.clock.now() + patience
        while queues := await outbox.queues():
            first = min(queue.next_at for queue in queues.values())
            if first > self.clock.now():
                if first > until:
                    break
                self.clock.run(first - self.clock.now())
            worker.wake()
            await asyncio.sleep(0)
        worker.stop()
        await working

    def _count_turns(self, engine: Harness, slug: str) -> None:
        details = engine.client.details(slug)
        for incident in details.incidents:
            self.turns[f"{details.view.uuid}-{incident.n}"] = sum(
                flip.before is Status.DOWN is flip.after
                and incident.started_at <= flip.at
                and (incident.ended_at is None or flip.at <= incident.ended_at)
                for flip in details.flips
            )


async def _short(seconds: float) -> None:
    """Only what bounds a send takes its time: the clock of the test stands still."""
    await asyncio.sleep(0 if seconds < 5 else 60)


async def _command(engine: Harness, command: AnyCommand) -> None:
    await asyncio.to_thread(engine.client.do, command)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
@given(STEPS)
def test_every_incident_that_nobody_silenced_is_told_at_least_once_and_none_twice(steps: list[Step]) -> None:
    world = World()
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(world.play(Path(directory), steps))
    for hook, told in world.told.items():
        down = Counter(alert.key for alert in told if alert.event is AlertEvent.DOWN)
        assert world.to_be_told <= down.keys(), hook
        for key, count in down.items():
            assert count <= 1 + world.turns[key], hook
