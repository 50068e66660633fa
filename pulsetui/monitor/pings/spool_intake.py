"""Brings what jobs spooled into the engine: at the start what fills the time before, then at each beat."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from pulsetui.core.text.phrases import count_text
from pulsetui.errors import StoreBusyError, StoreLostError
from pulsetui.monitor.clock import Clock
from pulsetui.monitor.notices import Notices
from pulsetui.monitor.pings import refusals
from pulsetui.monitor.pings.door import Door
from pulsetui.monitor.pings.reading import with_metrics, without_rest
from pulsetui.monitor.pings.spool import BAD, DIRECTORY, Spool
from pulsetui.monitor.sink import IncomingPing, Refused
from pulsetui.monitor.writing import commands
from pulsetui.monitor.writing.transaction import Command

_T = TypeVar("_T")

logger = logging.getLogger(__name__)


class SpoolHost(Protocol):
    """What it needs of the engine. All of it lives on the engine's loop."""

    state_dir: Path
    clock: Clock
    notices: Notices

    async def perform(self, command: Command[_T]) -> _T: ...


class SpoolIntake:
    """One for each engine, beside its door."""

    def __init__(self, host: SpoolHost, door: Door) -> None:
        self._host = host
        self._door = door
        self._spool = Spool(host.state_dir)

    async def fill(self, since: datetime) -> None:
        """Nobody watched since ``since``: all that was spooled counts, and judges nothing before it. Raises
        StoreError."""
        while spooled := await asyncio.to_thread(self._spool.waiting):
            known = [(path, arrival) for path, arrival in spooled if await self._is_known(path, arrival)]
            arrivals = [await self._read(arrival) for _, arrival in known]
            broken = await self._host.perform(commands.TakeSpooled(since, arrivals))
            for place, (path, _) in enumerate(known):
                if place in broken:
                    self._spool.set_aside(path, repr(broken[place]))
                else:
                    self._taken(path)
        self._tell()

    async def take(self) -> None:
        """What is there now, one by one; what cannot be written yet stays where it is."""
        for path, arrival in await asyncio.to_thread(self._spool.waiting):
            if not await self._is_known(path, arrival):
                continue
            try:
                received = commands.Receive(await self._read(arrival), self._host.clock.now())
                await self._host.perform(received)
            except (StoreBusyError, StoreLostError):
                break
            except Exception as error:  # noqa: BLE001 - one report must not stop the others
                self._spool.set_aside(path, repr(error))
            else:
                self._taken(path)
        self._tell()

    async def _is_known(self, path: Path, arrival: IncomingPing) -> bool:
        """Whether its check is there, or could be made as it asks; if not, the file is kept apart."""
        if self._door.find(arrival) is not None:
            return True
        if arrival.create and await self._door.make_for_kept(arrival):
            return True
        name = arrival.slug or arrival.uuid or ""
        self._spool.set_aside(path, f"there is no check {name}")
        why = refusals.UNKNOWN_CHECK
        self._door.refuse(Refused(name=name, why=why, remote_addr="this host", ua="a kept report"))
        return False

    async def _read(self, arrival: IncomingPing) -> IncomingPing:
        """With the metrics of its body."""
        tracked = self._door.find(arrival)
        if tracked is not None and tracked.check.metrics and arrival.body:
            try:
                arrival = await asyncio.to_thread(with_metrics, tracked.check.metrics, arrival)
            except Exception:  # it counts without them
                logger.exception("check=%s the body of a kept report cannot be searched", tracked.check.slug)
        return without_rest(arrival)

    def _taken(self, path: Path) -> None:
        self._door.counted()
        self._spool.taken(path)

    def _tell(self) -> None:
        if news := self._spool.news():
            count, place = count_text(len(news), "kept report"), self._host.state_dir / DIRECTORY / BAD
            text = f"{count} could not be used, see {place}; the last one is {news[-1]}"
            self._host.notices.put("spool", "warning", text)
