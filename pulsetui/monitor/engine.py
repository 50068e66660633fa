"""The engine: takes pings in, watches deadlines, and is told what to do.

It lives on one event loop (not the screen's), with the writer thread beside it. Everything that changes state
is a command to the writer; everything that is read is the checks as last committed.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from pulsetui.client.alert import Alert
from pulsetui.client.refused import NOTICE
from pulsetui.config.file.edit import ConfigFile
from pulsetui.config.model import Config, HookValidator
from pulsetui.config.secret import without
from pulsetui.core.state.snooze import Scope
from pulsetui.core.text.phrases import count_text
from pulsetui.errors import EngineError, StoreError
from pulsetui.monitor.clock import Clock
from pulsetui.monitor.config_copies import ConfigCopies
from pulsetui.monitor.config_watch import ConfigWatch
from pulsetui.monitor.evaluator import Evaluator
from pulsetui.monitor.lock import (
    StateLock,
    keep_api_key,
    local_ping_key,
    prepare_state_dir,
    read_or_make_api_key,
    state_id,
)
from pulsetui.monitor.notices import Notices
from pulsetui.monitor.pings import refusals
from pulsetui.monitor.pings.creation import Creation
from pulsetui.monitor.pings.reading import Reading, without_rest
from pulsetui.monitor.pings.spool_intake import SpoolIntake
from pulsetui.monitor.pings.unread import Unread
from pulsetui.monitor.sink import ApiKeys, IncomingPing, OnReceipt, Receipt, Refused
from pulsetui.monitor.store_watch import StoreWatch
from pulsetui.monitor.trimmer import Trimmer
from pulsetui.monitor.unwatched import BEAT_S, TICK_S, Gap, GapDetector
from pulsetui.monitor.writing import commands
from pulsetui.monitor.writing.checks import Checks, TrackedCheck
from pulsetui.monitor.writing.commands.upkeep import Forget
from pulsetui.monitor.writing.transaction import Command
from pulsetui.monitor.writing.writer import Batch, OnDone, Submitted, Writer
from pulsetui.store.database import Database
from pulsetui.store.queries import Queries

_T = TypeVar("_T")

logger = logging.getLogger(__name__)

MAX_WAITING = 10_000
"""Pings waiting for a commit; one more is answered 503."""

_PATIENCE_S = 0.01
"""How long the loop stands still at most for the pings of a crowd to be committed."""

NO_RENAMES: Mapping[str, str] = MappingProxyType({})
_KEPT_AFTER_REMOVAL = timedelta(days=30)
_PURGE_EVERY_BEATS = 360
_COMMAND_TIMEOUT_S = 10.0

OnChanged = Callable[[frozenset[str] | None], None]
"""Called on the engine's loop with the slugs that changed; None when the set of checks is another one."""


class Engine:
    """Implements ``monitor.pings.intake.PingSink``. Construct, then ``start``, ``stop`` on one event loop."""

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
        self.notices = Notices(self._info_changed, self.masked)
        self.unread = Unread(self.notices)
        self.refusals = refusals.Refusals(self.notices, lambda: self.checks.slugs())  # noqa: PLW0108 - another set after each edit
        self.started_at = clock.now()
        self.pings = 0
        self.rejected: Counter[str] = Counter()
        self.on_changed: list[OnChanged] = []
        self.on_config: list[Callable[[Config], None]] = []
        self.on_told: Callable[[], None] = lambda: None  # something waits in the outbox
        self.on_urgent: Callable[[Alert], None] = lambda _: None  # something cannot even be put there
        self._waiting = 0  # pings that are not answered yet
        self._gathered: list[Submitted] = []  # of these, the ones of this round of the loop
        self._snooze_timer: asyncio.TimerHandle | None = None
        self._trimmer = Trimmer(self.submit)
        self._config_watch = ConfigWatch(self.config_file, loaded, copies, self.notices, clock)
        self._creation = Creation(self, self._spawn)
        self._tasks: set[asyncio.Task[None]] = set()
        prepare_state_dir(state_dir)
        self.lock = StateLock(state_dir)
        try:
            self._api_key = read_or_make_api_key(state_dir)
            self.local_ping_key = local_ping_key(self._api_key)
            self._state_id = state_id(self._api_key)
            database = Database(state_dir)
            snoozes = database.snoozes()
        except BaseException:
            self.lock.release()
            raise
        self.queries = Queries(state_dir)
        self._spool = SpoolIntake(self, self._tracked, self._counted)
        self._reading = Reading()
        self._gap_detector = GapDetector(state_dir, clock)
        self._writer = Writer(
            database,
            Checks((), snoozes),
            clock,
            lambda: list(self.config.hooks),
            self._committed,
            commands.AfterRefusal,
        )
        self._evaluator = Evaluator(clock, self._evaluate, self._set_aside, self._look_around)
        self._store_watch = StoreWatch(self, self._spawn)

    @property
    def checks(self) -> Checks:
        return self._writer.checks

    @property
    def _database(self) -> Database:
        return self._writer.database

    # --- life ---------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Takes in the configuration and what was spooled, settles the time that went by, and keeps watch."""
        self._loop = asyncio.get_running_loop()
        self._writer.start()
        gap = self._gap_detector.gap_before_start()
        await self.perform(commands.Define(self.config.checks, {}))
        self._tell_set_aside()
        if gap is not None and gap.is_back:
            self._tell_set_back(gap)
            await self.perform(commands.SetBack(gap.since))
        elif gap is not None:  # what was spooled fills it before it is judged
            await self._spool.fill(gap.since)
            self._tell_unjudged(gap, await self.perform(self._catch_up(gap)))
        await self._spool.take()
        self._gap_detector.tick()
        self._gap_detector.look()
        self._gap_detector.beat()
        self._evaluator.start()
        self._watch_snoozes()
        for routine in (self._tick(), self._keep_beat(), self._config_watch.watch(self._take_config)):
            self._spawn(routine)

    async def stop(self) -> None:
        """Commits what was taken, then lets go of everything."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._evaluator.forget()
        if self._snooze_timer is not None:
            self._snooze_timer.cancel()
        await self._reading.finish()
        self._hand_over()
        await asyncio.to_thread(self._writer.stop)
        await asyncio.sleep(0)  # the last batch's answers
        self._alive()
        self.queries.close()
        self._database.close()
        self.lock.release()

    def _spawn(self, routine: Coroutine[object, object, None]) -> None:
        task: asyncio.Task[None] = self._loop.create_task(routine)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("a routine of the engine failed", exc_info=error)
            self.notices.put("engine", "error", f"a part of the engine stopped: {error}. Restart PulseTUI.")

    # --- commands -----------------------------------------------------------------------------------

    def submit(self, command: Command[_T], done: OnDone[_T]) -> None:
        """Queues a command; ``done`` is called on the loop with its result or exception."""
        self._hand_over()  # the pings that came before it
        self._writer.submit([(command, done)])

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
        self._store_watch.committed(batch.error)
        for answer in batch.answers:
            answer()
        if batch.redefined:
            self._evaluator.forget()
            self._evaluator.arm(self.checks.by_id.values())
            self._changed(None)
        elif batch.changed:
            by_id = self.checks.by_id
            changed = [by_id[check_id] for check_id in batch.changed if check_id in by_id]
            self._evaluator.arm(changed)
            self._trimmer.look(changed)
            self._changed(frozenset(tracked.check.slug for tracked in changed))
        if batch.told:
            self.on_told()

    def health(self) -> str | None:
        """What is wrong with the engine, or None."""
        return self._store_watch.trouble()

    def masked(self, text: str) -> str:
        """``text`` for whoever may look but not read checks.toml: without the keys and secrets in it."""
        return without(text, self.config.secrets | {self._api_key})

    def _changed(self, slugs: frozenset[str] | None) -> None:
        for listener in self.on_changed:
            listener(slugs)

    def _info_changed(self) -> None:
        self._changed(frozenset())

    # --- intake -------------------------------------------------------------------------------------

    def receive(self, arrival: IncomingPing, done: OnReceipt) -> None:
        tracked = self._tracked(arrival)
        if tracked is None:
            if arrival.create and arrival.slug:
                self._creation.take(arrival.slug, arrival, done)
            else:
                done(Receipt.UNKNOWN)
            return
        patterns = tracked.check.metrics
        if self._waiting >= MAX_WAITING or (patterns and self._reading.is_full):
            now = self.clock.now()
            self._writer.turned_away(commands.Receive(without_rest(arrival), now), now)
            done(Receipt.BUSY)
            return
        if self._waiting == 0:
            self._look_around()  # those that follow before the commit come within milliseconds
        self._waiting += 1
        at = self.clock.now()
        if patterns or self._reading.is_busy(tracked.id):
            self._reading.pass_on(tracked.id, patterns, arrival, lambda read: self._gather(read, at, done))
        else:
            self._gather(arrival, at, done)

    def _gather(self, arrival: IncomingPing, at: datetime, done: OnReceipt) -> None:
        """A ping that was received at ``at`` and is ready to be written."""

        def committed(result: Receipt | Exception) -> None:
            self._waiting -= 1
            self.pings += 1
            if arrival.notes or self.unread:
                self.unread.take(arrival, self._slug_of(arrival))
            done(result if isinstance(result, Receipt) else Receipt.BUSY)

        if not self._gathered:
            self._loop.call_soon(self._hand_over)
        self._gathered.append((commands.Receive(without_rest(arrival), at), committed))

    def _hand_over(self) -> None:
        """Gives the writer the pings of one round of the loop, together.

        One by one they would become many small transactions. And while it works on those of a crowd the loop
        does not take the interpreter away from it, unless the disk stalls.
        """
        gathered, self._gathered = self._gathered, []
        if len(gathered) > 1 and len(gathered) == self._waiting:
            self._writer.submit_and_wait(gathered, _PATIENCE_S)
        elif gathered:
            self._writer.submit(gathered)

    def _counted(self) -> None:
        self.pings += 1

    def reject(self, why: str) -> None:
        self.rejected[why] += 1
        self._info_changed()

    def turned_away(self) -> None:
        self._writer.turned_away(commands.Settled(), self.clock.now())

    def refuse(self, refused: Refused) -> str:
        near = self.refusals.take(refused, self.clock.now())
        self.reject(refused.why)
        return near

    def dismiss(self, key: str) -> None:
        """Takes away a notice that has been read."""
        self.notices.take_away(key)
        if key == NOTICE:
            self.refusals.dismiss()

    def _slug_of(self, arrival: IncomingPing) -> str:
        """The slug of the check that the arrival names; "" when it is gone."""
        if arrival.uuid is None:
            return arrival.slug or ""
        tracked = self._tracked(arrival)
        return "" if tracked is None else tracked.check.slug

    def _has(self, arrival: IncomingPing) -> bool:
        """Whether the check that the arrival names is there."""
        return self._tracked(arrival) is not None

    def _tracked(self, arrival: IncomingPing) -> TrackedCheck | None:
        if arrival.uuid is not None:
            return self.checks.find_uuid(arrival.uuid)
        return self.checks.find(arrival.slug or "")

    def knows(self, slug: str) -> bool:
        return self.checks.find(slug) is not None

    def knows_uuid(self, uuid: str) -> bool:
        return self.checks.find_uuid(uuid) is not None

    def ping_keys(self) -> Sequence[str]:
        configured = self.config.listener.ping_key
        return (self.local_ping_key, configured) if configured else (self.local_ping_key,)

    def hosts(self) -> Sequence[str]:
        return self.config.listener.hosts

    def state_id(self) -> str:
        return self._state_id

    def api_keys(self) -> ApiKeys:
        listener = self.config.listener
        return ApiKeys(
            full=(self._api_key, listener.api_key) if listener.api_key else (self._api_key,),
            read_only=(listener.api_key_readonly,) if listener.api_key_readonly else (),
        )

    # --- time ---------------------------------------------------------------------------------------

    def _evaluate(self, ids: Sequence[int]) -> None:
        self._look_around()
        if busy := [check_id for check_id in ids if self._reading.is_busy(check_id)]:
            self._evaluator.retry(busy)  # a ping that came before this instant is still being searched
            ids = [check_id for check_id in ids if check_id not in busy]
            if not ids:
                return

        def done(result: Mapping[str, Exception] | Exception) -> None:
            if isinstance(result, StoreError):
                self._evaluator.retry(ids)
                return
            broken = {} if isinstance(result, Exception) else result
            by_id = self.checks.by_id
            looked_at = [by_id[check_id] for check_id in ids if check_id in by_id]
            for one in looked_at:
                if (error := broken.get(one.check.slug)) is not None:
                    self._set_aside(one, error)
            self._evaluator.arm(one for one in looked_at if one.check.slug not in broken)
            # Late follows from the clock alone: nothing was committed, but the row looks different now.
            self._changed(frozenset(one.check.slug for one in looked_at))

        self.submit(commands.Advance(ids), done)

    async def judge(self) -> None:
        """Judges all that has run out by the clock now; for whoever moves the clock himself."""
        self._look_around()
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
        """Shows the vigil that the loop is alive."""
        while True:
            await asyncio.sleep(TICK_S)
            self._look_around()
            self._gap_detector.tick()
            self._store_watch.tick()
            if self.health() is not None:
                self.submit(commands.Settled(), lambda _: None)  # what is still to be written tries the disk

    async def _keep_beat(self) -> None:
        beats = 0
        while True:
            await asyncio.sleep(BEAT_S)
            beats += 1
            try:
                await self._beat(purges=beats % _PURGE_EVERY_BEATS == 1)
            except StoreError as error:
                logger.warning("at a beat: %s", error)
            except Exception:  # the next beat may do better, and must come
                logger.exception("a beat of the engine failed")

    async def _beat(self, *, purges: bool) -> None:
        self._look_around()
        self._alive()
        await self._store_watch.beat()
        self._evaluator.recheck()
        self._watch_snoozes()
        await self._spool.take()
        if purges:
            await self.perform(Forget(self.clock.now() - _KEPT_AFTER_REMOVAL))

    def _alive(self) -> None:
        """A sign of life, while there is one: the next start shall know since when nothing was watched."""
        if self.health() is None:
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

    async def set_snoozes(self, command: commands.SetSnoozes) -> None:
        """Runs the command, and watches the end of whatever is snoozed then."""
        await self.perform(command)
        self._watch_snoozes()
        self._changed(None)

    def _watch_snoozes(self) -> None:
        """A snooze that ends is a change: alerts that were held back are told, countdowns go."""
        if self._snooze_timer is not None:
            self._snooze_timer.cancel()
        ends = [snooze.until for snooze in self.checks.snoozes]
        if ends:
            delay = max((min(ends) - self.clock.now()).total_seconds(), 0.0) + 0.01
            self._snooze_timer = self._loop.call_later(delay, self._end_snoozes)

    def _end_snoozes(self) -> None:
        now = self.clock.now()
        over: list[tuple[Scope, str]] = [
            (one.scope, one.target) for one in self.checks.snoozes if one.until <= now
        ]
        if over:
            self._spawn(self.set_snoozes(commands.SetSnoozes(end=over)))
        else:
            self._watch_snoozes()

    def _look_around(self) -> None:
        """Before anything is judged: did the machine sleep, was the clock set? Commands keep their order."""
        gap = self._gap_detector.look(self._evaluator.late_s())
        if gap is None:
            return
        self._hand_over()  # the pings that came before it
        if gap.is_back:
            self._tell_set_back(gap)
            self._writer.submit_first(commands.SetBack(gap.since), lambda _: None)
        else:
            self._writer.submit_first(
                self._catch_up(gap), lambda unjudged: self._tell_unjudged(gap, unjudged)
            )
        self._evaluator.recheck()

    def _tell_set_aside(self) -> None:
        if news := self._database.aside.news():
            count = count_text(len(news), "stored value")
            text = f"{count} could not be read and {'is' if len(news) == 1 else 'are'} set aside: {news[0]}"
            self.notices.put("stored", "error", text)

    def _catch_up(self, gap: Gap) -> commands.CatchUp:
        return commands.CatchUp(gap.since, gap.until, gap.why)

    def _tell_set_back(self, gap: Gap) -> None:
        text = f"{gap.why} from {_local(gap.since)} to {_local(gap.until)}: what is due is counted from there"
        self.notices.put("clock", "warning", text)

    def _tell_unjudged(self, gap: Gap, unjudged: Sequence[str] | Exception) -> None:
        if unjudged and not isinstance(unjudged, Exception):
            span = f"{_local(gap.since)} to {_local(gap.until)}"
            names = ", ".join(unjudged[:8]) + (f" and {len(unjudged) - 8} more" if len(unjudged) > 8 else "")
            text = f"{gap.why} ({span}). {count_text(len(unjudged), 'check')} had deadlines then: {names}"
            self.notices.put("unwatched", "warning", text)

    # --- configuration ------------------------------------------------------------------------------

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
            await self._take_config(config, renames or {}, restored)

        await self._config_watch.edit(edit, take)

    async def _take_config(
        self, config: Config, renames: Mapping[str, str] = NO_RENAMES, restored: Collection[str] = ()
    ) -> None:
        before, self.config = self.config, config
        await self.perform(commands.Define(config.checks, renames, restored))
        self.unread.keep(frozenset(config.checks))
        self.refusals.forget(config.checks.keys())
        for slug in before.checks:
            self.notices.take_away(f"check:{slug}")
        if (before.listener.host, before.listener.port) != (config.listener.host, config.listener.port):
            self.notices.put("listener", "warning", "another listen address takes effect at the next start")
        for listener in self.on_config:
            listener(config)


def _local(instant: datetime) -> str:
    return instant.astimezone().strftime("%a %H:%M")
