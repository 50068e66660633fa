"""After a good report: looks whether the work was done, and has what it finds written down.

The report was answered long before. A success whose proof was never looked for, since the engine ended, is in
the state of its check, and is looked for at the next start.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from functools import partial
from typing import Protocol, TypeVar

from pulsetui.config.model import Config
from pulsetui.core.proof.proof import Proof
from pulsetui.core.proof.verdict import ProofOutcome, Verdict, together
from pulsetui.core.state.results import LOUD_AFTER, ProofFinding
from pulsetui.core.state.run import Unproven
from pulsetui.core.text.clean import clean
from pulsetui.core.text.phrases import unprovable_text
from pulsetui.errors import StoreError
from pulsetui.monitor.clock import Clock
from pulsetui.monitor.notices import Notices
from pulsetui.monitor.proof.looks import Looks, UnseenError
from pulsetui.monitor.writing.checks import Checks, TrackedCheck
from pulsetui.monitor.writing.commands.prove import TakeFinding
from pulsetui.monitor.writing.transaction import Command

logger = logging.getLogger(__name__)

LOOK_AGAIN_S = 10.0
"""Before anything is called undone: some jobs report, and their last file is moved into place a moment
later."""
RETRY_S = 10.0
"""When nothing can be written."""
MAX_DETAIL = 400
"""Characters of what somebody else says."""
MAX_OVERTAKEN = 2
"""So often a newer report may come while somebody looks; then what was seen counts for it. A job that reports
every second would never be judged."""

_T = TypeVar("_T")


class ProvenEngine(Protocol):
    """What looking for proof needs of the engine."""

    clock: Clock
    notices: Notices
    config: Config

    @property
    def checks(self) -> Checks: ...

    async def perform(self, command: Command[_T]) -> _T: ...


class Prover:
    """Of one engine; everything is for its loop. ``pause`` waits so many seconds."""

    def __init__(
        self, engine: ProvenEngine, spawn: Callable[[Coroutine[object, object, None]], None]
    ) -> None:
        self._engine = engine
        self._spawn = spawn
        self._looks = Looks()
        self._busy: set[int] = set()
        self._told: dict[int, str] = {}  # by check: the key of a notice
        self.no_programs: Callable[[], str] = str  # why no program of checks.toml may run; set by who knows
        self._idle = asyncio.Event()
        self._idle.set()
        self.pause: Callable[[float], Awaitable[object]] = asyncio.sleep

    def look(self, changed: Iterable[TrackedCheck]) -> None:
        """Something happened to these: looks for the proofs that are wanted now."""
        for tracked in changed:
            if tracked.calm is not None and tracked.id not in self._told:
                continue
            state = tracked.state
            if state.unproven is not None and tracked.id not in self._busy:
                self._busy.add(tracked.id)
                self._idle.clear()
                self._spawn(self._prove(tracked.id))
            if state.unprovable or tracked.id in self._told:
                self._tell(tracked)

    def redefined(self, checks: Checks) -> None:
        """These are the checks now."""
        for check_id in [one for one in self._told if one not in checks]:
            self._engine.notices.take_away(self._told.pop(check_id))
        self.look(checks.awake())

    async def _prove(self, check_id: int) -> None:
        overtaken = 0
        try:
            while (waiting := self._waiting(check_id)) is not None:
                found = await self._find(*waiting)
                if found.verdict.outcome is ProofOutcome.UNMET:
                    await self.pause(LOOK_AGAIN_S)
                    if (waiting := self._waiting(check_id)) is None:
                        return
                    found = await self._find(*waiting)
                prove = waiting[0].check.prove
                await self._take(TakeFinding(check_id, found, prove, insists=overtaken >= MAX_OVERTAKEN))
                overtaken += 1
        finally:
            self._busy.discard(check_id)
            if not self._busy:
                self._idle.set()

    async def settled(self) -> None:
        """Returns when nothing is looked for any more; for whoever moves the clock himself."""
        await self._idle.wait()

    def _waiting(self, check_id: int) -> tuple[TrackedCheck, Unproven] | None:
        """The check and its newest good run, as last committed, while that is unproven."""
        tracked = self._engine.checks.get(check_id)
        if tracked is None or tracked.state.unproven is None:
            return None
        return tracked, tracked.state.unproven

    async def _take(self, command: TakeFinding) -> None:
        try:
            await self._engine.perform(command)
        except StoreError as error:
            logger.warning("what was found of a run cannot be written: %s", error)
            await self.pause(RETRY_S)

    async def _find(self, tracked: TrackedCheck, waiting: Unproven) -> ProofFinding:
        from pulsetui.monitor.proof.look import look_for  # few have checks that want proof

        now = self._engine.clock.now()
        ended = min(waiting.run.ended_at or now, now)
        usual = tracked.state.usual or {}
        measured: dict[str, float] = {}

        async def one(proof: Proof) -> Verdict:
            ways = self._engine.config.prove
            look = partial(look_for, proof, usual.get(proof.text, ()), now, ended, ways)
            if proof.runs_program and (why := self.no_programs()):
                return Verdict(ProofOutcome.UNPROVABLE, clean(f"{proof.what}: {why}", MAX_DETAIL))
            try:
                verdict, measure = await self._looks.run(proof.text, look)
            except UnseenError as error:
                return Verdict(ProofOutcome.UNPROVABLE, clean(f"{proof.what}: {error}", MAX_DETAIL))
            except Exception as error:  # that we cannot look is no reason to call a job bad, or to stop
                logger.exception("check=%s its proof cannot be looked for", tracked.check.slug)
                return Verdict(ProofOutcome.UNPROVABLE, f"{proof.what}: {type(error).__name__}: {error}")
            if measure is not None:
                measured[proof.text] = measure
            return verdict

        verdict = together(await asyncio.gather(*map(one, tracked.check.prove)))
        return ProofFinding(waiting.run.n, verdict, measured)

    def _tell(self, tracked: TrackedCheck) -> None:
        """A notice while nobody can tell of a check whether it does its work."""
        state, key, notices = tracked.state, f"proof:{tracked.check.slug}", self._engine.notices
        is_true = state.unprovable > 0 and bool(tracked.check.prove)
        if (before := self._told.pop(tracked.id, key)) != key or not is_true:
            notices.take_away(before)
        if not is_true:
            return
        self._told[tracked.id] = key
        said = unprovable_text(state.unprovable, state.unprovable_why)
        text = f"{tracked.check.slug} reports well, but that {said}"
        notices.put(key, "warning" if state.unprovable >= LOUD_AFTER else "info", text)
