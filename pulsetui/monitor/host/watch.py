"""Looks at the host once a minute, in a thread, and says what needs a person."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar, cast

from pulsetui.client.host import HostView
from pulsetui.config.model import Config
from pulsetui.config.secret import without
from pulsetui.core.schedule.english import listed
from pulsetui.core.state.check import Check
from pulsetui.core.text.clean import clean
from pulsetui.core.text.phrases import count_text
from pulsetui.crontab import known as known_checks
from pulsetui.crontab.compare import Difference, differences_of_jobs
from pulsetui.crontab.findings import World
from pulsetui.crontab.host import Facts, ThisHost
from pulsetui.crontab.places import Places
from pulsetui.monitor.clock import Clock
from pulsetui.monitor.host import seen as memory
from pulsetui.monitor.host.evidence import Happening, KnownOfHost, evidence, lasting
from pulsetui.monitor.host.look import HostSnapshot, look, set_back_or_forward
from pulsetui.monitor.host.view import host_view
from pulsetui.monitor.notices import Notices

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 60.0
FIRST_AFTER_S = 5.0
"""The first frame and the first pings come before it."""
_REMEMBERED = timedelta(days=2)
_NAMED = 3
"""So many are named in a notice; the rest are counted."""

_WORDS = {
    "gone": "Gone from this host",
    "schedule": "Other times than the check has",
    "stopped": "Nothing starts it any more",
    "unknown": "Reports to a check that is not there",
    "new": "New on this host, and reports to no check",
    "failed": "Failed, and reports to no check",
    "broken": "Cron leaves out a crontab",
}
_ADVICE = {
    "gone": "If that is meant, remove or pause the check.",
    "new": "pulsetui crontab import makes a check of it.",
    "schedule": "pulsetui crontab diff says how to bring them together.",
}


_T = TypeVar("_T")


async def _apart(function: Callable[[], _T]) -> _T:
    """Runs it in a thread that nobody waits for at the end: systemctl may hang."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[_T] = loop.create_future()

    def answer(result: _T | None, error: Exception | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(cast("_T", result))

    def run() -> None:
        result, error = None, None
        try:
            result = function()
        except Exception as found:  # noqa: BLE001 - raised where it is waited for
            error = found
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(answer, result, error)

    threading.Thread(target=run, name="pulsetui-host", daemon=True).start()
    return await future


class HostWatch:
    """Of one engine. All methods but ``evidence`` and ``known`` are for the engine's loop."""

    def __init__(
        self,
        config: Callable[[], Config],
        url: Callable[[], str],
        notices: Notices,
        clock: Clock,
        state_dir: Path,
        *,
        host: Facts | None = None,
        places: Places | None = None,
    ) -> None:
        """``url`` is where the listener is found; ``host`` and ``places`` are this host's unless given."""
        self._config = config
        self._url = url
        self._notices = notices
        self._clock = clock
        self._state_dir = state_dir
        self._host = host
        self._zone = ""
        self._places = places or Places()
        self.known = KnownOfHost(seen=memory.load(state_dir))
        """The last look. Replaced as a whole: any thread may read it."""
        self._told: frozenset[str] = frozenset()
        self._troubles: Mapping[str, str] = {}

    def evidence(self, check: Check, due: datetime, last_success: datetime | None, now: datetime) -> str:
        """``evidence.Evidence`` from the last look. On the writer thread."""
        return evidence(self.known, check, due, last_success, now)

    def view(self) -> HostView:
        """For screens. From any thread."""
        return host_view(
            self.known.snapshot,
            self._troubles,
            self._zone,
            self._clock.now(),
            is_watched=self._config().host.watch,
            masked=lambda text: without(text, self._config().secrets),
        )

    async def watch(self) -> None:
        """Looks again and again. A look that fails is logged; the next one comes."""
        await asyncio.sleep(FIRST_AFTER_S)
        while True:
            if self._config().host.watch:
                try:
                    await self.look()
                except Exception:  # it must never take the engine with it
                    logger.exception("the host cannot be looked at")
            else:
                self._forget()
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Looks once, and puts the notices that what is seen calls for."""
        config = self._config()
        world = World(
            host=self._host or ThisHost(),
            now=self._clock.now(),
            checks=known_checks.of_config(config),
            knows_checks=True,
            addresses=known_checks.addresses(config.listener, self._url()),
        )
        snapshot = await _apart(
            lambda: look(world, self._places, config.host.cron_log, self._clock.boottime())
        )
        self._zone = world.host.zone
        before = self.known
        after = memory.after(before.seen, snapshot, config.checks)
        self.known = KnownOfHost(snapshot=snapshot, seen=after, happened=self._happened(before, snapshot))
        if after != before.seen:
            await _apart(lambda: memory.keep(self._state_dir, after))
        found = differences_of_jobs(snapshot.jobs, world)
        self._troubles = {one.source: one.text for one in found if one.source}
        self._tell(before.seen, snapshot, found)

    def _happened(self, before: KnownOfHost, snapshot: HostSnapshot) -> tuple[Happening, ...]:
        if before.snapshot is None:
            return ()
        step = set_back_or_forward(before.snapshot, snapshot)
        kept = [one for one in before.happened if snapshot.at - one.at < _REMEMBERED]
        return (*kept, *lasting(before.snapshot, snapshot, step))

    def _tell(self, before: memory.Seen, snapshot: HostSnapshot, found: Iterable[Difference]) -> None:
        told: dict[str, list[str]] = {}
        for one in found:
            if one.kind in ("schedule", "stopped", "unknown"):
                told.setdefault(one.kind, []).append(
                    f"{one.source}: {one.text}" if one.kind != "stopped" else one.text
                )
        for slug, job in self.known.seen.jobs.items():
            if job.gone_at is not None:
                told.setdefault("gone", []).append(f"the job of {slug}, in {job.source}")
        self._tell_new(before, snapshot, told)
        for path, why in snapshot.broken.items():
            if any(job.source.startswith(f"{path}:") and job.reports_to for job in snapshot.jobs):
                told.setdefault("broken", []).append(f"{path}:{why.line}: {why.why}")
        for timer in snapshot.timers:
            has_failed = timer.is_active and timer.service.result not in ("", "success")
            if has_failed and not any(job.timer is timer and job.is_monitored for job in snapshot.jobs):
                told.setdefault("failed", []).append(f"{timer.service.unit} ({timer.service.result})")
        for kind in _WORDS:
            self._put(kind, told.get(kind, []))

    def _tell_new(self, before: memory.Seen, snapshot: HostSnapshot, told: dict[str, list[str]]) -> None:
        """Jobs without a check that were not there at the first look: those of before are known."""
        if not before.is_first:
            unmonitored = [job for job in snapshot.jobs if not job.is_monitored and job.schedule is not None]
            self._told |= {job.key for job in unmonitored if job.key not in before.keys}
        news = [job for job in snapshot.jobs if job.key in self._told and not job.is_monitored]
        new = [f"{job.name or 'a job'}, {job.source}" for job in news]
        if new:
            told["new"] = new

    def _put(self, kind: str, found: list[str]) -> None:
        key = f"host:{kind}"
        if not found:
            self._notices.take_away(key)
            return
        named = listed([clean(text) for text in found[:_NAMED]])
        more = f" and {count_text(len(found) - _NAMED, 'other')}" if len(found) > _NAMED else ""
        text = f"{_WORDS[kind]}: {named}{more}. {_ADVICE.get(kind, '')}".rstrip()
        self._notices.put(key, "warning", text)

    def _forget(self) -> None:
        self.known = KnownOfHost(seen=self.known.seen)
        for kind in _WORDS:
            self._notices.take_away(f"host:{kind}")
