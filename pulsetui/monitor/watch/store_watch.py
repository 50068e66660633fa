"""Keeps the state where it belongs: notices that the directory or the database was taken away, and mends it.

While it is gone every ping is answered 503, since what would be committed is nowhere to be read. It comes
back by itself: as soon as the files do, or, when whoever took them away has had time to finish, made anew
with all that is known.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Protocol, TypeVar

from msgspec import Struct

from pulsetui.client.alert import Alert
from pulsetui.client.observers import Observers
from pulsetui.errors import EngineError, StateDirError, StateHeldError, StoreError, StoreLostError
from pulsetui.monitor.clock import Clock
from pulsetui.monitor.lock import StateLock
from pulsetui.monitor.notices import Notices
from pulsetui.monitor.writing.alert_text import refusing
from pulsetui.monitor.writing.checks import Checks
from pulsetui.monitor.writing.transaction import Command, Transaction
from pulsetui.store.database import Database
from pulsetui.store.rescue import rescue
from pulsetui.store.rows import Changes, StoredCheck

_T = TypeVar("_T")

logger = logging.getLogger(__name__)

LOOK_S = 1.0
"""Seconds between two looks at what is missing."""
SETTLED_S = 5.0
"""For so long nothing at the path may have changed: somebody may be in the midst of restoring a copy."""
ABSENT_S = 15.0
"""So long a directory that is gone may take to come back before it is made anew."""


TOLD_AFTER_S = 30.0
"""A trouble that lasts as long is told: most pass sooner."""


class Verify(Struct, frozen=True):
    """Raises StoreError when what would be written now were lost."""

    def apply(self, transaction: Transaction, now: datetime) -> None:
        transaction.database.look()


class PutBack(Struct, frozen=True):
    """Puts the database back at its path. Its result says what became of it."""

    def apply(self, transaction: Transaction, now: datetime) -> str:
        checks, old = transaction.checks, transaction.database
        try:
            transaction.database, said = rescue(old, lambda database: _rewrite(database, checks))
        except StoreError as error:
            logger.error("the database cannot be put back: %s", error)  # noqa: TRY400 - a known cause
            raise
        old.close()
        return said


def _rewrite(database: Database, checks: Checks) -> None:
    """Where all checks stand. Raises StoreError when the database has other checks by these numbers."""
    known = {stored.id: stored for stored in database.checks()}
    changes = Changes(snoozes=tuple(checks.snoozes), deploys={one.key: one for one in checks.deploys})
    for one in checks:
        state = one.state
        stored = known.pop(one.id, None)
        if stored is not None and stored.uuid != one.uuid:
            raise StoreError(f"its check {one.id} is {stored.slug}, not {one.check.slug}")
        changes.identities.append(
            StoredCheck(
                id=one.id,
                slug=one.check.slug,
                uuid=one.uuid,
                created_at=state.created_at if stored is None else stored.created_at,
                removed_at=None,
                state=state,
            )
        )
        changes.runs |= {(one.id, run.n): run for run in state.runs}
        if state.incident is not None:
            changes.incidents[one.id, state.incident.n] = state.incident
    taken = {one.uuid for one in changes.identities} | {one.slug for one in changes.identities}
    if strange := [stored.slug for stored in known.values() if {stored.slug, stored.uuid} & taken]:
        raise StoreError(f"its check {strange[0]} has another number")
    database.write(changes)


class StoreHost(Protocol):
    """What the keeper needs of the engine. All of it lives on the engine's loop."""

    state_dir: Path
    clock: Clock
    lock: StateLock
    notices: Notices
    on_urgent: Observers[[Alert]]  # tells what cannot be put into the outbox

    @property
    def zone(self) -> tzinfo:
        """Of the times that it tells."""

    async def perform(self, command: Command[_T]) -> _T: ...

    async def reopened(self) -> None:
        """Another database is at the path: whoever reads it opens it anew, and what else was there is
        written again."""

    def refused(self) -> None:
        """As if a ping had been refused now."""


class StoreWatch:
    """One for each engine. ``lost`` says whether the state is not where it belongs; ``spawn`` starts a
    routine on the engine's loop."""

    def __init__(self, host: StoreHost, spawn: Callable[[Coroutine[object, object, None]], None]) -> None:
        self._host = host
        self._spawn = spawn
        self.lost = False
        self._since = ""
        self._lock_is_gone = False
        self._episode = 0  # counts the troubles
        self._seen: object = None
        self._still_since = 0.0

    def trouble(self) -> str | None:
        """Why pings are refused, or None."""
        notice = self._host.notices.get("store")
        return None if notice is None else notice.text

    def committed(self, error: StoreError | None) -> None:
        """A transaction ended, or failed with ``error``."""
        if error is None:
            if not self.lost:
                self._host.notices.take_away("store")
            return
        if self.trouble() is None:
            self._spawn(self._tell())
        if isinstance(error, StoreLostError):
            said = f"{error}. Put it back; or else it is made anew shortly, with all that is known."
            self._is_lost()
        else:
            said = (
                f"nothing can be written. {error}. Free space or fix the permissions of"
                f" {self._host.state_dir}; jobs that use `pulsetui ping` keep their pings meanwhile."
            )
        self._host.notices.put("store", "error", f"pings are refused (503): {said}")

    async def _tell(self) -> None:
        """The outbox is in the database, and the database is what cannot be written: told past it, once."""
        self._episode += 1
        episode = self._episode
        await asyncio.sleep(TOLD_AFTER_S)
        if episode == self._episode and (trouble := self.trouble()) is not None:
            self._host.on_urgent(refusing(trouble, self._host.clock.now()))

    async def beat(self) -> None:
        """Notices what is wrong also while nobody pings."""
        if not self.lost and (error := await self.look()) is not None:
            self._host.refused()
            self.committed(error)

    async def look(self) -> StoreError | None:
        """What is wrong with the place of the state, or None."""
        if (error := self._put_lock_back()) is not None:
            return error
        try:
            await self._host.perform(Verify())
        except StoreError as wrong:
            return wrong
        return None

    def tick(self) -> None:
        """Once a second: whoever looks for the engine finds it by its lock's file."""
        if not self.lost and (error := self._put_lock_back()) is not None:
            self.committed(error)

    def _put_lock_back(self) -> StoreLostError | None:
        """Where the directory is another one the database is not at its path, either. Only when the file was
        gone a look before, too: else whoever deletes the directory would find it full again."""
        lock = self._host.lock
        was_gone, self._lock_is_gone = self._lock_is_gone, not lock.has_its_file()
        if was_gone and self._lock_is_gone and lock.is_at_its_path():
            try:
                lock.mend()
            except StateHeldError as error:
                return StoreLostError(str(error))
            except StateDirError as error:
                logger.warning("%s", error)  # the directory is locked all the same
        return None

    def _is_lost(self) -> None:
        if not self.lost:
            self.lost, self._seen = True, None
            self._spawn(self.watch())
            self._since = f"{self._host.clock.now().astimezone(self._host.zone):%H:%M:%S %Z}"
            logger.error("state_dir=%s is lost: pings are refused", self._host.state_dir)

    async def watch(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Looks until the state is back."""
        while self.lost:
            await sleep(LOOK_S)
            with contextlib.suppress(StoreError, EngineError):
                await self.mend()

    async def mend(self) -> None:
        """Back to normal, if that can be now. Raises StoreError or StateDirError when it cannot."""
        host = self._host
        if await self.look() is None:
            self._found(f"the state directory was not there from {self._since} on, and is back")
        elif self._has_settled():
            try:
                host.lock.mend()
                said = await host.perform(PutBack())
                await host.reopened()
            except (StoreError, StateDirError) as error:
                host.notices.put("state", "error", f"{host.state_dir} cannot be repaired: {error}")
                raise
            self._found(f"the state in {host.state_dir} was lost at {self._since}: {said}")

    def _found(self, said: str) -> None:
        self.lost = False
        logger.warning("%s", said)
        self._host.notices.take_away("store")
        self._host.notices.put("state", "warning", f"{said}. Pings were refused (503) meanwhile")

    def _has_settled(self) -> bool:
        """Whether what is at the path has been as it is for long enough. Where not even the parent is there
        (a disk that is not mounted), nothing is made."""
        now, seen = self._host.clock.monotonic(), _seen(self._host.state_dir)
        if seen != self._seen:
            self._seen, self._still_since = seen, now
        wait = SETTLED_S if self._host.state_dir.exists() else ABSENT_S
        return self._host.state_dir.parent.is_dir() and now - self._still_since >= wait


def _seen(state_dir: Path) -> object:
    found: list[object] = []
    with contextlib.suppress(OSError):
        found.append(state_dir.stat().st_ino)
        for entry in sorted(os.scandir(state_dir), key=lambda entry: entry.name):
            if entry.name.startswith("pulsetui.sqlite3"):
                stat = entry.stat(follow_symlinks=False)
                found.append((entry.name, stat.st_ino, stat.st_size, stat.st_mtime_ns))
    return found
