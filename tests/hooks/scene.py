"""A delivery worker at work, with everything around it under control."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from pulsetui.client.alert import Alert, Answer
from pulsetui.client.hooks import HookState
from pulsetui.hooks.delivery import DeliveryWorker
from pulsetui.hooks.hook import Hook
from tests.hooks.fakes import FakeTime, MemoryOutbox, RecordingHook, settle


class Scene:
    """The worker, its outbox and clock, and what it says of its hooks."""

    def __init__(self, hooks: Mapping[str, Hook]) -> None:
        self.time = FakeTime()
        self.outbox = MemoryOutbox(self.time)
        self.troubles: list[tuple[str, str | None]] = []
        self.lost: list[tuple[str, int, str]] = []
        self.answers: list[Answer] = []
        self.worker = self.new_worker(hooks)

    def new_worker(self, hooks: Mapping[str, Hook]) -> DeliveryWorker:
        """Over the same outbox, as after a restart."""
        return DeliveryWorker(
            self.outbox,
            hooks,
            self.time,
            lambda *news: self.troubles.append(news),
            on_lost=lambda *news: self.lost.append(news),
            take=self._take,
            sleep=self.time.sleep,
            random=lambda: 0.5,
        )

    async def _take(self, answer: Answer) -> str:
        self.answers.append(answer)
        return "done"

    def state(self, hook: str) -> HookState:
        return self.worker.states()[hook]

    async def tell(self, hook: str, *alerts: Alert) -> None:
        for alert in alerts:
            self.outbox.put(hook, alert)
        self.worker.wake()
        await settle()


@asynccontextmanager
async def at_work(**hooks: Hook) -> AsyncIterator[Scene]:
    """The worker runs inside, and has ended afterwards."""
    scene = Scene(hooks)
    running = asyncio.create_task(scene.worker.run())
    await settle()
    try:
        yield scene
    finally:
        for hook in hooks.values():
            if isinstance(hook, RecordingHook):
                hook.gate.set()
        scene.outbox.broken = False
        scene.worker.stop()
        await asyncio.wait_for(running, 10)
