"""``create=1``: a ping that makes its check. Bounded, since whoever may ping by slug may ask for it.

It may bring the keys of the check's table. They count only where there is no check: whatever a person has
written into checks.toml stays.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Protocol

from msgspec.structs import replace

from pulsetui.config.file.edit import ConfigFile
from pulsetui.config.model import Config
from pulsetui.core.text.phrases import count_text
from pulsetui.errors import PulseError
from pulsetui.monitor.clock import Clock
from pulsetui.monitor.notices import Notices
from pulsetui.monitor.pings.refusals import Allowance
from pulsetui.monitor.sink import IncomingPing, OnReceipt, PingSink, Receipt
from pulsetui.provision.found import FROM_A_PING

logger = logging.getLogger(__name__)

NOTICE = "create"
_FIELDS = {"every": "1d", "grace": "1h"}
"""As in Healthchecks, where a ping does not say it."""
_AT_ONCE = 100
"""Checks that are made without a pause: a whole site may come to a new monitor at the top of an hour."""
_EACH_S = 1.0


class Maker(Protocol):
    """What is needed of the engine."""

    clock: Clock
    notices: Notices
    config: Config

    async def edit_config(self, edit: Callable[[ConfigFile], Config]) -> None: ...


class Creation:
    """Makes checks, each once, however many pings ask for it meanwhile."""

    def __init__(
        self, sink: PingSink, maker: Maker, spawn: Callable[[Coroutine[object, object, None]], None]
    ) -> None:
        """The pings go on to ``sink`` when their check is made."""
        self._sink = sink
        self._maker = maker
        self._spawn = spawn
        self._allowance = Allowance(_AT_ONCE, _EACH_S)
        self._making: dict[str, list[tuple[IncomingPing, OnReceipt]]] = {}  # slug → pings that wait for it
        self._refused = 0

    def take(self, slug: str, arrival: IncomingPing, done: OnReceipt) -> None:
        """A ping for a check that is not there. ``done`` is called as in ``PingSink.receive``."""
        if (waiting := self._making.get(slug)) is not None:
            waiting.append((replace(arrival, create=False), done))
        elif (refusal := self._refusal()) is not None:
            done(refusal)
        else:
            self._allowance.spend(1)
            self._making[slug] = []
            self._spawn(self._make(slug, arrival, done))

    def _refusal(self) -> Receipt | None:
        there, limit = len(self._maker.config.checks), self._maker.config.listener.create_limit
        if there + len(self._making) >= limit:
            self._tell(f"there are {count_text(there, 'check')}, and create_limit in [listener] is {limit}")
            return Receipt.FULL
        if self._allowance.left < 1:
            self._tell(f"more than {_AT_ONCE} came at once; one a second is made now")
            return Receipt.TOO_FAST
        return None

    async def _make(self, slug: str, arrival: IncomingPing, done: OnReceipt) -> None:
        sink = self._sink
        try:
            if not await self._add(slug, arrival.definition):
                done(Receipt.REFUSED)
                return
        finally:
            loop = asyncio.get_running_loop()
            for another in self._making.pop(slug):
                loop.call_soon(sink.receive, *another)
        sink.receive(arrival, lambda receipt: done(Receipt.CREATED if receipt is Receipt.OK else receipt))

    async def make_for_kept(self, arrival: IncomingPing) -> bool:
        """Makes the check of a report that was kept for it. False when it cannot be, or may not."""
        slug = arrival.slug or ""
        if slug in self._making:
            return False
        if self._refusal() is not None:
            return False
        self._allowance.spend(1)
        return await self._add(slug, arrival.definition)

    async def _add(self, slug: str, definition: Mapping[str, str]) -> bool:
        fields: dict[str, object] = {"name": slug, **(definition or _FIELDS)}
        fields["source"] = {"from": FROM_A_PING, "key": slug, "slug": slug, **fields}
        try:
            await self._maker.edit_config(lambda file: file.add_check(slug, fields))
        except PulseError as error:
            if not self._sink.knows(slug):
                logger.warning("check=%s cannot be made: %s", slug, error)
                self._maker.notices.put(NOTICE, "warning", f"create=1 could not make {slug}: {error}")
                return False
        return True

    def _tell(self, why: str) -> None:
        self._refused += 1
        pings = count_text(self._refused, "ping")
        self._maker.notices.put(NOTICE, "warning", f"create=1 made no check for {pings}: {why}")
