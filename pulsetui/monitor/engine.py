"""The engine: takes pings in, watches deadlines, and is told what to do.

It lives on one event loop (not the screen's), with the writer thread beside it. Everything that changes state
is a command to the writer; everything that is read is the checks as last committed.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from pulsetui.client.alert import Alert
from pulsetui.client.observers import Observers
from pulsetui.config.file.edit import ConfigFile
from pulsetui.config.model import Config, HookValidator
from pulsetui.config.secret import without
from pulsetui.core.schedule.zone import zone
from pulsetui.core.text.phrases import count_text
from pulsetui.errors import EngineError, StoreError
from pulsetui.monitor import memory
from pulsetui.monitor.checks_toml.copies import ConfigCopies
from pulsetui.monitor.checks_toml.watch import ConfigWatch
from pulsetui.monitor.clock import Clock
from pulsetui.monitor.lock import (
    keep_api_key,
    links_key,
    local_ping_key,
    state_id,
)
from pulsetui.monitor.notices import Notices
from pulsetui.monitor.open_state import OpenState, open_state
from pulsetui.monitor.pings.door import Door, Keys
from pulsetui.monitor.pings.spool_intake import SpoolIntake
from pulsetui.monitor.proof.prover import Prover
from pulsetui.monitor.routines import Routines
from pulsetui.monitor.trials import HookControl, Trials
from pulsetui.monitor.trimmer import Trimmer
from pulsetui.monitor.unusual import UnusualWatch
from pulsetui.monitor.watch.evaluator import Evaluator
from pulsetui.monitor.watch.health import HealthJudge
from pulsetui.monitor.watch.snooze_timer import SnoozeTimer
from pulsetui.monitor.watch.store_watch import StoreWatch
from pulsetui.monitor.watch.unwatched import BEAT_S, TICK_S, GapDetector, UnwatchedTime
from pulsetui.monitor.watch.window_timer import WindowTimer
from pulsetui.monitor.writing import commands
from pulsetui.monitor.writing.checks import Checks, TrackedCheck
from pulsetui.monitor.writing.commands.upkeep import Forget
from pulsetui.monitor.writing.evidence import Evidence, no_evidence
from pulsetui.monitor.writing.transaction import Command
from pulsetui.monitor.writing.writer import Batch, OnDone, Writer
from pulsetui.store.database import Database

_T = TypeVar("_T")

logger = logging.getLogger(__name__)

NO_RENAMES: Mapping[str, str] = MappingProxyType({})
_KEPT_AFTER_REMOVAL = timedelta(days=30)
_PURGE_EVERY_BEATS = 360
_COMMAND_TIMEOUT_S = 10.0


class Engine:
    """Watches over one state directory. Construct, then ``start`` and ``stop`` it on one event loop."""

    def __init__(
        self,
        config_path: Path,
        state_dir: Path,
        *,
        clock: Clock,
        hook_validators: Mapping[str, HookValidator],
    ) -> None:
        """Reads the configuration, takes the lock and opens the database.

        Raises ConfigError, StateHeldError, EngineError or StoreError; nothing is held then.
        """
        self.clock = clock
        self.state_dir = state_dir
        self.config_path = config_path
        self.config_file = ConfigFile(config_path, hook_validators)
        copies = ConfigCopies(state_dir)
        loaded = copies.first_of(self.config_file)
        self.config = loaded.config
        self._api_key = ""
        self.started_at = clock.now()
        self.on_changed: Observers[[frozenset[str] | None]] = Observers()
        # ^ with the slugs that changed; None when the set of checks is another one
        self.on_config: Observers[[Config]] = Observers()
        self.on_alerts: Observers[[]] = Observers()  # something waits in the outbox
        self.on_urgent: Observers[[Alert]] = Observers()  # something cannot even be put there
        self.notices = Notices(self._info_changed, self.masked)
        self._routines = Routines(self._routine_failed)
        self.config_watch = ConfigWatch(self.config_file, loaded, copies, self.notices, clock)
        opened = open_state(state_dir)
        self.lock, self.queries, self._api_key = opened.lock, opened.queries, opened.api_key
        self.local_ping_key = local_ping_key(opened.api_key)
        self.links_key = links_key(opened.api_key)
        self._writer = self._writer_over(opened)
        keys = Keys(api=opened.api_key, local_ping=self.local_ping_key, state_id=state_id(opened.api_key))
        self.door = Door(
            self._writer, self, keys, spawn=self._routines.spawn, before_judging=self._settle_unwatched
        )
        self.door.on_rejected.subscribe(self._info_changed)
        self._set_up_watching()

    def _writer_over(self, opened: OpenState) -> Writer:
        return Writer(
            opened.database,
            Checks((), opened.snoozes, opened.deploys),
            self.clock,
            lambda: self.config.alerting,
            self._committed,
            commands.AfterRefusal,
        )

    def _set_up_watching(self) -> None:
        """What looks at the clock, at the spool and at the disk."""
        clock = self.clock
        self._spool = SpoolIntake(self, self.door)
        self._gap_detector = GapDetector(self.state_dir, clock)
        detector = self._gap_detector
        self._unwatched = UnwatchedTime(detector, self.notices, self._submit_first, lambda: self.zone)
        self._evaluator = Evaluator(clock, self._evaluate, self._set_aside, self._settle_unwatched)
        self._snooze_timer = SnoozeTimer(clock.now, lambda: self.checks.snoozes, self.end_snoozes)
        self._window_timer = WindowTimer(clock.now, lambda: self.config.alerting.windows, self._pass_windows)
        self._trimmer = Trimmer(self.submit)
        self.prover = Prover(self, self._routines.spawn)
        self.unusual = UnusualWatch(self.queries, self._routines.spawn, self.on_changed)
        self.trials = Trials(self)
        self.hook_control: HookControl | None = None  # who can pause hooks, once there are any
        self.evidence: Evidence = no_evidence  # of the host, once it is looked at
        self.deaf: Callable[[], str] = str  # why no hook that there is can tell anybody; set by who knows
        self.store_watch = StoreWatch(self, self._routines.spawn)
        self.health_judge = HealthJudge(clock, self._evaluator, self.store_watch.trouble, self.submit)

    @property
    def checks(self) -> Checks:
        return self._writer.checks

    @property
    def _database(self) -> Database:
        return self._writer.database

    async def start(self) -> None:
        """Takes in the configuration and what was spooled, settles the time that went by, and keeps watch."""
        self._loop = asyncio.get_running_loop()
        self._writer.start()
        await self.perform(commands.Define(self.config.checks, {}))
        self._tell_set_aside()
        await self._unwatched.settle_start(self, self._spool.fill)
        await self._spool.take()
        self._unwatched.begin()
        self._evaluator.start()
        self._snooze_timer.watch()
        self._window_timer.watch()
        self.prover.redefined(self.checks)
        for routine in (self._tick(), self._keep_beat(), self.config_watch.watch(self.take_config)):
            self._routines.spawn(routine)

    async def stop(self) -> None:
        """Commits what was taken, then lets go of everything."""
        self.unusual.stop()
        await self._routines.cancel()
        self._evaluator.forget()
        self._snooze_timer.cancel()
        self._window_timer.cancel()
        await self.door.reading.finish()
        self.door.hand_over()
        await asyncio.to_thread(self._writer.stop)
        await asyncio.sleep(0)  # the last batch's answers
        self._alive()
        self.queries.close()
        self._database.close()
        self.lock.release()

    def _routine_failed(self, error: BaseException) -> None:
        self.health_judge.broke(error)
        self.notices.put("engine", "error", f"a part of the engine stopped: {error}. Restart PulseTUI.")

    def submit(self, command: Command[_T], done: OnDone[_T]) -> None:
        """Queues a command; ``done`` is called on the loop with its result or exception."""
        self.door.hand_over()  # the pings that came before it
        self._writer.submit([(command, done)])

    def _submit_first(self, command: Command[_T], done: OnDone[_T]) -> None:
        self.door.hand_over()
        self._writer.submit_first(command, done)

    async def perform(self, command: Command[_T]) -> _T:
        """Runs a command and waits for its commit. Raises what it, or the commit, raised."""
        future: asyncio.Future[_T] = self._loop.create_future()

        def done(result: _T | Exception) -> None:
            if future.done():
                return
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)

        self.submit(command, done)
        return await future

    def call(self, routine: Callable[[], Coroutine[object, object, _T]]) -> _T:
        """Runs a coroutine function on the engine's loop from another thread and waits for it."""
        future = asyncio.run_coroutine_threadsafe(routine(), self._loop)
        try:
            return future.result(_COMMAND_TIMEOUT_S)
        except concurrent.futures.TimeoutError:
            future.cancel()
            raise EngineError("the engine did not answer in time; its disk may be stalled") from None

    def _committed(self, batch: Batch) -> None:
        """On the writer thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._on_batch, batch)

    def _on_batch(self, batch: Batch) -> None:
        self.store_watch.committed(batch.error)
        for answer in batch.answers:
            answer()
        if batch.redefined:
            self._evaluator.redefined(self.checks)
            self.prover.redefined(self.checks)
            self.unusual.redefined(self.checks)
            self.on_changed(None)
        elif batch.changed:
            changed = self._those(batch.changed)
            self._evaluator.arm(changed)
            self._trimmer.look(changed)
            self.prover.look(changed)
            self.unusual.look(changed)
            self.on_changed(frozenset(tracked.check.slug for tracked in changed))
        if batch.told:
            self.on_alerts()

    def _those(self, ids: Iterable[int]) -> list[TrackedCheck]:
        return [one for check_id in ids if (one := self.checks.get(check_id)) is not None]

    def health(self) -> str | None:
        """What is wrong with the engine, or None."""
        trouble = self.health_judge.trouble()
        return None if trouble is None else trouble.text

    def trouble_for_others(self) -> str | None:
        """The same for a watchdog, in words that others may read. For it, that no hook works is trouble, too:
        nobody here can be told."""
        trouble = self.health() or self.deaf()
        return self.masked(trouble) if trouble else None

    @property
    def zone(self) -> tzinfo:
        """That of checks.toml: what the engine says of no check or of many is said in it."""
        return zone(self.config.timezone)

    def masked(self, text: str) -> str:
        """``text`` for whoever may look but not read checks.toml: without the keys and secrets in it."""
        return without(text, self.config.secrets | {self._api_key})

    def _info_changed(self) -> None:
        self.on_changed(frozenset())

    def _evaluate(self, ids: Sequence[int]) -> None:
        self._settle_unwatched()
        if busy := [check_id for check_id in ids if self.door.reading.is_busy(check_id)]:
            self._evaluator.retry(busy)  # a ping that came before this instant is still being searched
            ids = [check_id for check_id in ids if check_id not in busy]
            if not ids:
                return

        def done(result: Mapping[str, Exception] | Exception) -> None:
            if isinstance(result, StoreError):
                self._evaluator.retry(ids)
                return
            broken = {} if isinstance(result, Exception) else result
            looked_at = self._those(ids)
            for one in looked_at:
                if (error := broken.get(one.check.slug)) is not None:
                    self._set_aside(one, error)
            self._evaluator.arm(one for one in looked_at if one.check.slug not in broken)
            # Late follows from the clock alone: nothing was committed, but the row looks different now.
            self.on_changed(frozenset(one.check.slug for one in looked_at))

        self.submit(commands.Advance(ids, self.evidence), done)

    async def judge(self) -> None:
        """Judges all that has run out by the clock now; for whoever moves the clock himself."""
        self._settle_unwatched()
        self._window_timer.watch()
        await self.settled()
        while self._evaluator.look():
            await self.settled()

    async def settled(self) -> None:
        """Returns when everything that was submitted is answered, whether it was committed or refused."""
        with contextlib.suppress(StoreError):
            await self.perform(commands.Settled())

    def _set_aside(self, tracked: TrackedCheck, error: Exception) -> None:
        """One check that cannot be evaluated does not stop the others; it is tried again when it changes."""
        slug = tracked.check.slug
        logger.error("check=%s cannot be evaluated", slug, exc_info=error)
        text = (
            f"{slug} cannot be evaluated and is set aside until it changes: {type(error).__name__}: {error}"
        )
        self.notices.put(f"check:{slug}", "error", text)

    async def _tick(self) -> None:
        """Shows the gap detector that the loop is alive."""
        while True:
            await asyncio.sleep(TICK_S)
            self._settle_unwatched()
            self._gap_detector.tick()
            self.store_watch.tick()
            self.health_judge.tick()  # where nothing can be written, what is still to be tries the disk

    async def _keep_beat(self) -> None:
        beats = 0
        while True:
            await asyncio.sleep(BEAT_S)
            beats += 1
            try:
                await self.beat(purges=beats % _PURGE_EVERY_BEATS == 1)
            except StoreError as error:
                logger.warning("at a beat: %s", error)
            except Exception:  # the next beat may do better, and must come
                logger.exception("a beat of the engine failed")

    async def beat(self, *, purges: bool = False) -> None:
        """What is done every ten seconds; also for whoever moves the clock himself. Raises StoreError."""
        self._settle_unwatched()
        self._alive()
        await self.store_watch.beat()
        self._evaluator.recheck()
        self._snooze_timer.watch()
        self._window_timer.watch()
        self.on_alerts()  # whoever tells them shows that he is alive
        await self._spool.take()
        await self.trials.look()
        if purges:
            await self.perform(Forget(self.clock.now() - _KEPT_AFTER_REMOVAL))

    async def save_memory(self) -> None:
        """What a start has needed, and nothing needs any more, goes back to the system. Takes a moment."""
        calm = self.checks.calm
        if calm:
            await asyncio.to_thread(calm.documents.pack)
        memory.give_back(len(self.config.checks))

    def _alive(self) -> None:
        """A sign of life, while there is one: the next start shall know since when nothing was watched."""
        if self.store_watch.trouble() is None:
            try:
                self._gap_detector.beat()
                keep_api_key(self.state_dir, self._api_key)  # whoever attaches reads it there
            except OSError as error:
                logger.warning("no sign of life can be written: %s", error)

    async def reopened(self) -> None:
        """Another database is at the path."""
        await asyncio.to_thread(self.queries.reopen)
        self._alive()

    def refused(self) -> None:
        """What is not on disk counts as refused from now on, also when nobody pings."""
        self._writer.turned_away(commands.Settled(), self.clock.now())

    async def set_snoozes(self, command: Command[_T]) -> _T:
        """Runs a command that may snooze, and watches the end of whatever is snoozed then."""
        result = await self.perform(command)
        self._snooze_timer.watch()
        self.on_changed(None)
        return result

    def end_snoozes(self) -> None:
        """Has those end whose time is up when it is written down."""
        self._routines.spawn(self.set_snoozes(commands.SetSnoozes()))

    def _pass_windows(self, since: datetime, until: datetime) -> None:
        self.submit(commands.PassWindows(since, until), lambda _: self.on_changed(None))

    def _settle_unwatched(self) -> None:
        """To be called before anything is judged."""
        if self._unwatched.settle(self._evaluator.late_s()):
            self._evaluator.recheck()

    def _tell_set_aside(self) -> None:
        if news := self._database.aside.news():
            count = count_text(len(news), "stored value")
            text = f"{count} could not be read and {'is' if len(news) == 1 else 'are'} set aside: {news[0]}"
            self.notices.put("stored", "error", text)

    async def edit_config(
        self,
        edit: Callable[[ConfigFile], Config],
        renames: Mapping[str, str] | None = None,
        restored: Collection[str] = (),
    ) -> None:
        """Changes checks.toml in place and takes the result over. Raises ConfigError.

        ``restored`` are slugs whose deletion is undone: they have their history back.
        """

        async def take(config: Config) -> None:
            await self.take_config(config, renames or {}, restored)

        await self.config_watch.edit(edit, take)

    async def take_config(
        self, config: Config, renames: Mapping[str, str] = NO_RENAMES, restored: Collection[str] = ()
    ) -> None:
        """Goes on with another configuration. Raises StoreError."""
        before, self.config = self.config, config
        await self.perform(commands.Define(config.checks, renames, restored))
        self.door.redefined(config.checks.keys())
        self._routines.spawn(self.save_memory())
        self._window_timer.watch()
        for slug in before.checks:
            self.notices.take_away(f"check:{slug}")
        if (before.listener.host, before.listener.port) != (config.listener.host, config.listener.port):
            self.notices.put("listener", "warning", "another listen address takes effect at the next start")
        self.on_config(config)
