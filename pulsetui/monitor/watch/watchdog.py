"""Tells others that PulseTUI is alive, for as long as it is well: who watches the watcher.

It lives on the engine's loop, on purpose: where that stands still, so does this, and silence is the alarm.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from pulsetui.client.hooks import WatchdogState
from pulsetui.config.tables.watchdog import WatchdogConfig
from pulsetui.core.text.clean import clean
from pulsetui.monitor.clock import Clock
from pulsetui.monitor.notices import Notices

logger = logging.getLogger(__name__)

TOLD_AFTER: Final = 3
"""So many failures in a row are told; one is a network that blinked."""
RETRY_S: Final = 10.0
"""After a failure the next try does not wait for its turn: the other side's grace may be short."""
_MAX_TEXT: Final = 200

Report = Callable[[WatchdogConfig, str], Awaitable[str]]
"""Asks a watchdog's URL; with a reason, its URL for failures. Returns what went wrong, or "", within the
watchdog's timeout."""


class Watchdogs:
    """All watchdogs of one engine."""

    def __init__(
        self,
        trouble: Callable[[], str | None],
        report: Report,
        notices: Notices,
        clock: Clock,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """``trouble`` is what is wrong at this moment, in words that others may read."""
        self._trouble = trouble
        self._report = report
        self._notices = notices
        self._clock = clock
        self._sleep = sleep
        self._tasks: dict[WatchdogConfig, asyncio.Task[None]] = {}
        self._states: Mapping[str, WatchdogState] = MappingProxyType({})

    def states(self) -> tuple[WatchdogState, ...]:
        """In the order of the file. From any thread."""
        return tuple(self._states.values())

    def replace(self, configs: Iterable[WatchdogConfig]) -> None:
        """These and no others, from now on. One that did not change goes on in its rhythm."""
        before, self._tasks = self._tasks, {}
        states = dict(self._states)
        for config in configs:
            task = before.pop(config, None)
            if task is None:
                states[config.name] = WatchdogState(name=config.name)
                self._notices.take_away(f"watchdog:{config.name}")
            self._tasks[config] = task or asyncio.get_running_loop().create_task(self._watch(config))
        for task in before.values():
            task.cancel()
        kept = [config.name for config in self._tasks]
        for name in states.keys() - set(kept):
            self._notices.take_away(f"watchdog:{name}")
        self._states = MappingProxyType({name: states[name] for name in kept})

    async def stop(self) -> None:
        """From now on the silence tells that nobody watches."""
        tasks, self._tasks = list(self._tasks.values()), {}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self, config: WatchdogConfig) -> None:
        was_ill = False
        while True:
            begun = self._clock.monotonic()
            trouble = self._trouble()
            failed = await self._tell(config, trouble, was_ill=was_ill)
            was_ill = trouble is not None
            took = self._clock.monotonic() - begun
            every = config.every.total_seconds()
            await self._sleep(min(RETRY_S, every) if failed else max(every - took, 0.0))

    async def _tell(self, config: WatchdogConfig, trouble: str | None, *, was_ill: bool) -> bool:
        """One turn; whether a try failed. In the first turn in which something is wrong it only keeps silent:
        most troubles pass before the next."""
        silent = "" if trouble is None else clean(trouble, _MAX_TEXT)
        state = replace(self._states[config.name], silent=silent)
        if silent != self._states[config.name].silent:
            said = f"is not told that all is well: {silent}" if silent else "is told again that all is well"
            logger.warning("watchdog=%s %s", config.name, said)
        self._keep(state)
        if silent and not (was_ill and config.fail_url):
            return False
        try:
            error = await self._report(config, silent)
        except Exception as unexpected:
            logger.exception("watchdog=%s", config.name)
            error = f"failed unexpectedly: {type(unexpected).__name__}"
        self._keep(
            replace(
                state,
                last_at=self._clock.now(),
                ok=not error,
                error=clean(error, _MAX_TEXT),
                failures=state.failures + 1 if error else 0,
            )
        )
        return bool(error)

    def _keep(self, state: WatchdogState) -> None:
        before = self._states[state.name]
        self._states = MappingProxyType({**self._states, state.name: state})
        key = f"watchdog:{state.name}"
        if state.failures >= TOLD_AFTER:
            text = f"watchdog {state.name} cannot be told that PulseTUI is alive: {state.error}"
            self._notices.put(key, "warning", text)
        elif before.failures >= TOLD_AFTER:
            self._notices.take_away(key)
        if state.failures and state.error != before.error:
            logger.warning("watchdog=%s %s", state.name, state.error)
