"""Takes the answers that people give in messages: a task for each hook that has buttons."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Final

from msgspec.structs import replace

from pulsetui.client.alert import Answer, TakeAnswer
from pulsetui.core.text.clean import clean
from pulsetui.errors import HookError
from pulsetui.hooks.hook import Hook
from pulsetui.hooks.retry import MAX_RETRY_AFTER, stretched
from pulsetui.hooks.worker.attempt import STOP_GRACE_S, Sleep, unexpected
from pulsetui.monitor.clock import Clock

log = logging.getLogger(__name__)

PAUSES_S: Final = (2.0, 10.0, 60.0, 300.0)
"""Before listening again after a failure; the last one repeats."""
LASTING_S: Final = 120.0
"""Whoever listened for so long works: the next failure is a first one."""
_MAX_BY_LENGTH: Final = 100
_MAX_ERROR_LENGTH: Final = 300

OnListening = Callable[[str, str | None], None]
"""(name of the hook, why it takes no answers now, empty where it need not); None: it does. On the loop."""


class Listeners:
    """Keeps the hooks listening that it was given, until it is given others."""

    def __init__(
        self,
        take: TakeAnswer,
        on_listening: OnListening,
        clock: Clock,
        sleep: Sleep,
        random: Callable[[], float],
    ) -> None:
        self._take = take
        self._on_listening = on_listening
        self._clock = clock
        self._sleep = sleep
        self._random = random
        self._tasks: set[asyncio.Task[None]] = set()

    def replace(self, hooks: Mapping[str, Hook]) -> None:
        """Listens by these from now on. To be called on a running loop.

        Those before end first: the other side often allows only one at a time.
        """
        before, self._tasks = self._tasks, set()
        for task in before:
            task.cancel()
        for name, hook in hooks.items():
            task = asyncio.get_running_loop().create_task(
                self._listen(name, hook, before), name=f"answers of hook {name}"
            )
            self._tasks.add(task)

    async def stop(self) -> None:
        """Ends them all, and waits a little for that."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_GRACE_S)
        self._tasks = set()

    async def _listen(self, name: str, hook: Hook, before: set[asyncio.Task[None]]) -> None:
        if before:
            await asyncio.wait(before, timeout=STOP_GRACE_S)
        failures = 0
        while True:
            begun = self._clock.monotonic()
            error = await self._listen_once(name, hook)
            if error is None:
                return  # it has no buttons
            if self._clock.monotonic() - begun >= LASTING_S:
                failures = 0
            message = clean(str(error), _MAX_ERROR_LENGTH)
            if failures == 0:
                log.warning("hook=%s takes no answers for now: %s", name, message)
            self._on_listening(name, message)
            if error.permanent:
                return  # until the configuration changes
            pause = PAUSES_S[min(failures, len(PAUSES_S) - 1)] * stretched(self._random())
            asked = error.retry_after_s or 0.0
            failures += 1
            await self._sleep(max(pause, min(asked, MAX_RETRY_AFTER.total_seconds())))

    async def _listen_once(self, name: str, hook: Hook) -> HookError | None:
        """Until it can listen no more, and why not; None when it has no buttons."""

        async def take(answer: Answer) -> str:
            named = replace(answer, hook=name, by=clean(answer.by, _MAX_BY_LENGTH))
            try:
                return await self._take(named)
            except Exception:
                log.exception("hook=%s an answer could not be taken", name)
                return "PulseTUI could not do that; its log says why"

        listening = asyncio.ensure_future(hook.listen(take))
        try:
            # One step, in which a hook without buttons is done: only the others are said to listen.
            done, _ = await asyncio.wait({listening}, timeout=0)
            if not done:
                self._on_listening(name, None)
                await asyncio.wait({listening})
        finally:
            listening.cancel()
        if listening.cancelled():
            return HookError("stopped listening from inside")
        error = listening.exception()
        if error is None or isinstance(error, HookError):
            if error is None:
                self._on_listening(name, "")
            return error
        log.error("hook=%s raised something unexpected while it listened", name, exc_info=error)
        return unexpected(error)
