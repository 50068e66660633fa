"""Tests of hooks and drills: whether an alert would arrive, found out before it has to.

Their messages take the way of real ones, through the outbox and each hook's own line; only that there is no
incident. A drill ends when somebody acknowledges it, by whichever way, or when its time is over: then whoever
was told of it is told that, so that what was opened for it elsewhere is closed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Protocol

from msgspec.structs import replace

from pulsetui.client.alert import Alert, AlertEvent
from pulsetui.client.commands import Acknowledge, EndTrial, OfTrial, Operation, StartDrill, TestHooks
from pulsetui.client.trials import Trial, TrialView
from pulsetui.client.views import CommandResult
from pulsetui.config.model import Config
from pulsetui.config.tables.drill import DrillConfig
from pulsetui.core.schedule.duration import format_duration
from pulsetui.core.state.check import Check
from pulsetui.core.state.status import Reason, Status
from pulsetui.errors import CommandError
from pulsetui.monitor.clock import Clock
from pulsetui.monitor.describe import delivery_view
from pulsetui.monitor.writing.checks import Checks
from pulsetui.monitor.writing.commands import trial as commands
from pulsetui.monitor.writing.transaction import Performer
from pulsetui.store.queries import Queries

logger = logging.getLogger(__name__)

_MAX_OPEN = 20
"""Newest trials that are looked through for a drill that is going on."""
_NOT_LATER = timedelta(minutes=10)
_IS_OVER = "This drill is over"
_ACKNOWLEDGE = "Acknowledge it, as you would a real one: the time it takes is measured."


def trial_views(queries: Queries, limit: int, masked: Callable[[str], str]) -> tuple[TrialView, ...]:
    """The newest first. Reads the database."""
    views = []
    for text in queries.trials(limit):
        if (trial := commands.read_trial(text)) is not None:
            found = [delivery_view(one) for one in queries.deliveries_of_trial(trial.key)]
            told = tuple(replace(one, error=masked(one.error)) for one in found)
            views.append(TrialView(trial=trial, deliveries=told))
    return tuple(views)


class HookControl(Protocol):
    """Holds and lets go what is for a hook. Raises StoreError."""

    async def pause(self, name: str) -> bool:
        """False when there is no such hook."""

    async def resume(self, name: str) -> bool:
        """Likewise."""


class TrialsHost(Performer, Protocol):
    """What of the engine a trial needs."""

    clock: Clock
    queries: Queries
    config: Config

    @property
    def checks(self) -> Checks: ...


class Trials:
    """Of one engine. All methods are for its loop."""

    def __init__(self, engine: TrialsHost) -> None:
        self._engine = engine
        self._looked_at: datetime | None = None

    async def do(self, command: OfTrial) -> list[CommandResult]:
        """Raises StoreError, and CommandError for what cannot be done at all."""
        match command:
            case TestHooks():
                return await self._test(command)
            case StartDrill():
                return await self.drill(command)
            case EndTrial():
                ended = await self._end(command.key, command.by[:100])
                said = "it is over" if ended else "it was over already"
                return [CommandResult(slug=command.key, ok=True, message=said)]

    async def _test(self, command: TestHooks) -> list[CommandResult]:
        known = self._engine.config.alerting.hooks
        hooks = [hook for hook in dict.fromkeys(command.hooks) if hook in known]
        if hooks:
            now = self._engine.clock.now()
            trial = Trial(key=command.key, kind="test", begun_at=now, hooks=tuple(hooks), by=command.by[:100])
            await self._begin(trial, test_alert(trial))
        return [
            CommandResult(slug=hook, ok=True, message=f"a test goes out by {hook}")
            if hook in known
            else CommandResult(slug=hook, ok=False, message=f"there is no hook {hook}")
            for hook in command.hooks
        ]

    async def drill(self, command: StartDrill) -> list[CommandResult]:
        """Begins one. Raises as ``do``."""
        engine = self._engine
        check, rules = None, engine.config.alerting.hooks
        if command.slugs:
            tracked = engine.checks.find(command.slugs[0])
            if tracked is None:
                raise CommandError(f"there is no check {command.slugs[0]}")
            check, rules = tracked.check, engine.config.alerting.rules_of(tracked.check)
        hooks = {hook for hook, rule in rules.items() if rule.tells_of(Reason.MISSED)}
        if not hooks:
            raise CommandError("nobody would be told: there is no hook")
        now = engine.clock.now()
        trial = Trial(
            key=command.key,
            kind="drill",
            begun_at=now,
            hooks=tuple(hook for hook in rules if hook in hooks),
            by=command.by[:100],
            slug="" if check is None else check.slug,
            ends_at=now + timedelta(seconds=command.wait_s),
        )
        await self._begin(trial, drill_alert(trial, check))
        return [
            CommandResult(slug=hook, ok=True, message=f"a drill goes out by {hook}")
            if hook in hooks
            else CommandResult(slug=hook, ok=False, message=f"{hook} is not told of what is overdue")
            for hook in rules
        ]

    async def _begin(self, trial: Trial, alert: Alert) -> None:
        if not await self._engine.perform(commands.BeginTrial(trial, alert)):
            raise CommandError(f"key: {trial.key} was used already")
        logger.info("trial=%s hooks=%s by=%s begun", trial.key, ",".join(trial.hooks), trial.by or "-")

    async def acknowledge(self, target: str, by: str) -> str | None:
        """Somebody knows of the drill with that key, or of the one about the check with that slug. One line
        for them; None when no such drill is going on. Raises StoreError."""
        for trial in await asyncio.to_thread(self._open_drills):
            if target in (trial.key, trial.slug):
                ended = await self._end(trial.key, by)
                if ended is not None:
                    took = (ended.ended_at or trial.begun_at) - trial.begun_at
                    seconds = timedelta(seconds=round(took.total_seconds()))
                    return f"The drill is acknowledged by {by}, after {format_duration(seconds)}"
        return _IS_OVER if target.startswith("drill-") else None

    async def stand_in(self, command: Operation, results: Sequence[CommandResult]) -> list[CommandResult]:
        """A drill that is going on stands for the incident that its check does not have: the results of an
        acknowledgement with that. Raises StoreError."""
        if not isinstance(command, Acknowledge):
            return list(results)
        after = []
        for one in results:
            said = None if one.ok else await self.acknowledge(one.slug, command.by)
            done = said is not None and said != _IS_OVER
            after.append(one if said is None else CommandResult(slug=one.slug, ok=done, message=said))
        return after

    def _open_drills(self) -> list[Trial]:
        found = map(commands.read_trial, self._engine.queries.trials(_MAX_OPEN))
        return [trial for trial in found if trial is not None and trial.is_open_drill]

    async def _end(self, key: str, by: str = "") -> Trial | None:
        rows = await asyncio.to_thread(self._engine.queries.deliveries_of_trial, key)
        told = list(dict.fromkeys(row.hook for row in rows if row.delivered_at is not None))
        waiting = [row.id for row in rows if row.next_try_at is not None]
        ended = await self._engine.perform(commands.CloseTrial(key, told, waiting, by))
        if ended is not None:
            logger.info("trial=%s ended acknowledged_by=%s", key, by or "-")
        return ended

    async def look(self) -> None:
        """Ends the drills whose time is over, and begins the one whose time has come: to be called every few
        seconds. Raises StoreError."""
        now = self._engine.clock.now()
        open_drills = await asyncio.to_thread(self._open_drills)
        for trial in open_drills:
            if trial.ends_at is None or trial.ends_at <= now:
                await self._end(trial.key)
        before, self._looked_at = self._looked_at, now
        drill = self._engine.config.drill
        if drill is None or before is None:
            return
        due = drill.schedule.next(before)
        # One that nobody was up for is not held at some odd hour.
        if due is not None and due <= now < due + _NOT_LATER and not open_drills:
            await self._begin_planned(drill)

    async def _begin_planned(self, drill: DrillConfig) -> None:
        slugs = (drill.check,) if drill.check else ()
        command = StartDrill(f"drill-{token_hex(6)}", slugs, wait_s=drill.wait.total_seconds())
        try:
            await self.drill(command)
        except CommandError as error:
            logger.warning("the planned drill cannot be held: %s", error)


def test_alert(trial: Trial) -> Alert:
    """What a test says."""
    who = f"{trial.by} tries" if trial.by else "Somebody tries"
    body = f"{who} whether alerts arrive. They do: nothing is wrong, and nothing is to be done."
    return Alert(
        event=AlertEvent.TEST, at=trial.begun_at, title="Test of PulseTUI's alerts", body=body, key=trial.key
    )


test_alert.__test__ = False  # type: ignore[attr-defined]  # no test of ours


def drill_alert(trial: Trial, check: Check | None) -> Alert:
    """What the beginning of a drill says: what a miss would, and that there is none."""
    lines = ["This is a drill: nothing is wrong.", _ACKNOWLEDGE]
    if check is None:
        title = "DRILL: a check is overdue"
        return _drill(trial, title, lines)
    lines.append(f"Scheduled {check.schedule.describe()}")
    lines += [f"Owner: {check.owner}"] if check.owner else []
    lines += [f"Runbook: {check.runbook}"] if check.runbook else []
    return replace(
        _drill(trial, f"DRILL: {check.name} is overdue", lines),
        slug=check.slug,
        name=check.name,
        tags=check.tags,
        owner=check.owner,
        runbook=check.runbook,
    )


def _drill(trial: Trial, title: str, lines: Sequence[str]) -> Alert:
    return Alert(
        event=AlertEvent.DOWN,
        at=trial.begun_at,
        title=title,
        body="\n".join(lines),
        status=Status.DOWN,
        reason=Reason.MISSED,
        key=trial.key,
        since=trial.begun_at,
        detail="nothing is wrong",
        drill=True,
    )
