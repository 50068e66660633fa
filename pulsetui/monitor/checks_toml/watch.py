"""Takes checks.toml over as it changes, by PulseTUI's own edits and by everybody else's.

An outside edit counts within two seconds, also that of a file which checks.toml names. It is never taken at
first sight: the file has to look the same twice, and longer when checks are gone (``config.file.guard``).
What does not parse, is missing, or is waited for leaves the last good configuration running, and says so.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import timedelta
from pathlib import Path

from pulsetui.config.file.disk import STALE, is_stale
from pulsetui.config.file.edit import ConfigFile, Loaded, Rescue
from pulsetui.config.file.guard import LOSS_S, is_doubtful, lost, stays_s
from pulsetui.config.file.watch import Fingerprint
from pulsetui.config.model import Config
from pulsetui.core.schedule.english import listed
from pulsetui.core.schedule.zone import zone
from pulsetui.core.text.phrases import count_text
from pulsetui.core.text.visible import visible
from pulsetui.errors import PulseError, StoreError
from pulsetui.monitor.checks_toml.copies import ConfigCopies
from pulsetui.monitor.clock import Clock
from pulsetui.monitor.notices import Notices

logger = logging.getLogger(__name__)

POLL_S = 0.5
_AFTER_FAILURE_S = 10.0
_BEGIN_AFTER_S = 1.0  # to keep a copy of a large file takes a moment, which a first frame need not wait for
_NAMED = 5  # slugs that a notice names

_Prints = tuple[Fingerprint | None, ...]
"""Of the file, and of each that it names."""

BROKEN, DOUBT, GONE, RESCUED = "config", "config-doubt", "config-gone", "config-rescued"
"""Keys of notices."""


class ConfigWatch:
    """Owns the file of one engine. All methods are for the engine's loop."""

    def __init__(
        self, file: ConfigFile, loaded: Loaded, copies: ConfigCopies, notices: Notices, clock: Clock
    ) -> None:
        self._file = file
        self._name = file.path.name
        self._copies = copies
        self._notices = notices
        self._clock = clock
        self._slugs: Collection[str] = loaded.config.checks.keys()  # of what runs
        self._hooks: Collection[str] = loaded.config.hooks.keys()
        self._files = loaded.config.files  # that it names
        self._timezone = loaded.config.timezone  # of what runs
        self._taken: _Prints | None = (loaded.fingerprint, *loaded.named)  # of what runs, or was refused
        self._first: Loaded | None = loaded
        self._seen: _Prints | None = None  # of what waits to look the same once more
        self._since = 0.0  # when that was first seen, on the monotonic clock
        self._waiting: Loaded | None = None  # what it holds, when it has to wait longer
        self._gone: frozenset[str] = frozenset()  # what a notice says is not watched any more
        self._editing = asyncio.Lock()

    async def edit(
        self, edit: Callable[[ConfigFile], Config], take: Callable[[Config], Awaitable[None]]
    ) -> None:
        """Changes the file in place and has the result taken over.

        Raises ConfigError, and what ``take`` raises.
        """
        await self.begin()
        async with self._editing:
            await asyncio.to_thread(edit, self._file)
            written, rescue = self._file.written, self._file.rescue
            self._file.written = self._file.rescue = None  # they may be large
            if written is None:  # the editor did that already
                written = await asyncio.to_thread(self._file.load)
            self._taken, self._seen = None, None  # looked at again, should anything fail now
            await take(written.config)
            self._settle(written)
            if rescue is not None:
                await self._tell_rescue(rescue)
            await self._keep(written, ())

    async def watch(self, take: Callable[[Config], Awaitable[None]]) -> None:
        """Looks for ever; at first tells whether what the engine started with has lost what ran before."""
        await asyncio.sleep(_BEGIN_AFTER_S)
        while True:
            try:
                await self.begin()
                await asyncio.sleep(POLL_S)
                await self.look(take)
            except Exception as error:  # the edits after this one must not go unseen
                logger.exception("looking at %s failed", self._file.path)
                text = f"{self._name} could not be looked at ({type(error).__name__}: {error}); trying again"
                self._notices.put(BROKEN, "error", text)
                await asyncio.sleep(_AFTER_FAILURE_S)

    async def begin(self) -> None:
        """Keeps a copy of what the engine started with, once, and tells what that has lost."""
        async with self._editing:
            first, self._first = self._first, None
            if first is not None:
                before = await asyncio.to_thread(self._copies.good_slugs, first.text)
                await self._keep(first, before)

    async def look(self, take: Callable[[Config], Awaitable[None]]) -> None:
        """One look: takes over what is new and has stood still for long enough."""
        found = await self._look()
        if found == self._taken:
            self._forget_waiting()
            return
        if found != self._seen:
            self._forget_waiting()
            self._seen, self._since = found, self._clock.monotonic()
            return
        async with self._editing:
            if found == self._seen and await self._look() == found:
                await self._reload(found, take)

    async def reload(self, take: Callable[[Config], Awaitable[None]]) -> None:
        """Takes over what is on disk at once, as if it had stood still for ever."""
        await self.begin()
        async with self._editing:
            self._seen, self._since = await self._look(), float("-inf")
            await self._reload(self._seen, take)

    async def _look(self) -> _Prints:
        own = Fingerprint.of(self._file.path)
        if not self._files:
            return (own,)
        # In a thread: a secret may lie on a share that does not answer.
        named = await asyncio.to_thread(lambda: [Fingerprint.of(path) for path in self._files])
        return (own, *named)

    async def _reload(self, found: _Prints, take: Callable[[Config], Awaitable[None]]) -> None:
        try:
            loaded = self._waiting
            if loaded is None:
                loaded = await asyncio.to_thread(self._file.load)
            if loaded.fingerprint != found[0]:
                self._seen = None  # changed while it was read
                return
            stays = stays_s(self._slugs, loaded.config.checks)
            if lost(self._hooks, loaded.config.hooks):  # who is told is as easily cut off
                stays = max(stays, LOSS_S)
            left = stays - (self._clock.monotonic() - self._since)
            if left > 0:
                self._wait(loaded, left)
                return
            self._forget_waiting()
            before = tuple(self._slugs)
            await take(loaded.config)
            self._settle(loaded)
            await self._keep(loaded, before)
        except StoreError as error:
            self._seen = None  # tried again
            logger.warning("the configuration could not be taken over: %s", error)
        except PulseError as error:
            self._taken = found
            # Shortened to the file's name: a notice has one line, and the place in the file is what counts.
            said = str(error).replace(str(self._file.path), self._name)
            text = f"{said}\nUntil it is fixed, the last valid configuration stays in use."
            self._notices.put(BROKEN, "error", text)

    def _settle(self, loaded: Loaded) -> None:
        """``loaded`` runs now."""
        self._files = loaded.config.files
        self._timezone = loaded.config.timezone
        self._taken, self._seen = (loaded.fingerprint, *loaded.named), None
        self._slugs = loaded.config.checks.keys()
        self._hooks = loaded.config.hooks.keys()
        if is_stale(self._file.path):
            self._notices.put(BROKEN, "error", f"{self._name} {STALE}.")
        else:
            self._notices.take_away(BROKEN)

    async def _keep(self, loaded: Loaded, before: Collection[str]) -> None:
        """Keeps copies, and tells of what ``before`` had and is gone."""

        def keep() -> Path | None:
            self._file.accept(loaded.text, loaded.config)
            kept = self._copies.keep_before(self._clock.now()) if doubtful else None
            self._copies.keep_good(loaded)
            return kept

        after = loaded.config.checks
        doubtful = is_doubtful(before, after)
        kept = await asyncio.to_thread(keep)
        if doubtful:
            gone = lost(before, after)
            where = f" What the file held before is in {kept}." if kept else ""
            text = f"{count_text(len(gone), 'check')} of before are not watched any more, since {self._name}"
            text += f" has lost them: {_named(gone)}.{where} If that is meant, dismiss this."
            self._notices.put(GONE, "error", text)
            logger.warning("%s", text)
            self._gone = frozenset(gone)
        elif gone := lost(before, after):
            logger.info("deleted from %s: %s", self._name, _named(gone))
        if all(slug in after for slug in self._gone):
            self._notices.take_away(GONE)

    def _wait(self, loaded: Loaded, left: float) -> None:
        self._waiting = loaded
        gone = lost(self._slugs, loaded.config.checks)
        if is_doubtful(self._slugs, loaded.config.checks):
            at = (self._clock.now() + timedelta(seconds=left)).astimezone(zone(self._timezone))
            what = "no check" if not loaded.config.checks else f"{len(gone)} checks less"
            text = f"{self._name} suddenly defines {what}. {_named(gone)}: watched on until {at:%H:%M:%S %Z},"
            text += " then taken for deleted if the file stays so."
            if self._notices.get(DOUBT) is None:  # the instant stays
                self._notices.put(DOUBT, "error", text)
                logger.warning("%s", text)

    def _forget_waiting(self) -> None:
        self._waiting = None
        self._notices.take_away(DOUBT)

    async def _tell_rescue(self, rescue: Rescue) -> None:
        found = rescue.found
        aside = ""
        if found is not None and found.strip():
            kept = await asyncio.to_thread(self._copies.put_aside, found, self._clock.now())
            aside = f" What stood in it is in {kept}." if kept else ""
        what = "was gone" if found is None else "was empty"
        if found is not None and found.strip():
            what = f"had lost {count_text(rescue.lost, 'check')}"
        text = (
            f"{self._name} {what} when it was to be edited: it was written anew from the last good content,"
        )
        text += f" with that edit.{aside}"
        self._notices.put(RESCUED, "warning", text)
        self._forget_waiting()
        logger.warning("%s", text)


def _named(slugs: list[str]) -> str:
    shown = [visible(slug) for slug in slugs[:_NAMED]]
    if len(slugs) > _NAMED:
        shown.append(f"{len(slugs) - _NAMED} more")
    return listed(shown)
