"""Keys one after another: each goes out only when what the ones before it have opened stands there.

Textual gives a key to whatever has the focus at the moment it is read, while a screen or an input that the
key before has asked for is mounted and focused later. Keys that come in one read (a slow line, a paste, a
loaded host) would so act on what was there before: letters meant for a filter would pause and delete. Here
they wait their turn. The wait is bounded, so a key is late at worst; only keys that were typed for something
that then did not open are left out, since they were not meant for what is there instead.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakSet, ref

from textual.app import App, ScreenStackError
from textual.command import CommandPalette
from textual.events import Event, Key, Paste
from textual.widgets import Input

from pulsetui.tui.terminal.key_reader import PASTE_CUT

if TYPE_CHECKING:
    from textual.message_pump import MessagePump
    from textual.screen import Screen
    from textual.worker import Worker

log = logging.getLogger(__name__)

MAX_HOLD_S = 2.0
"""A key waits no longer for something to open."""
FILLED_S = 0.5
"""... or for what a screen shows first: Esc must not wait for an engine that does not answer."""
_MOVES = frozenset({"step", "pages", "edge", "first", "last", "pan"})
"""Actions that open nothing and move no focus."""
_ROUNDS = 2
_SPINS = 50  # turns of the loop before the wait becomes a slow one
_PAUSE_S = 0.002


class HoldsKeys(Protocol):
    """An app that has such a queue."""

    type_ahead: TypeAhead


class TypeAhead:
    """The queue of keys of one app. ``send`` is Textual's own way with a key, to be called by the app;
    ``warn`` tells the person what became of keys that were not taken."""

    def __init__(
        self, app: App[None], send: Callable[[Event], Awaitable[None]], warn: Callable[[str], None]
    ) -> None:
        self._app = app
        self._send = send
        self._warn = warn
        self._waiting: deque[Event] = deque()
        self._closed = False
        self._task: asyncio.Task[None] | None = None
        self._opening: list[tuple[Worker[None], Screen[object]]] = []
        # Weakly: no screen that is closed may be kept until the next key.
        self._filling: WeakSet[Worker[None]] = WeakSet()
        self._drawn: ref[Screen[object]] | None = None

    @property
    def busy(self) -> bool:
        """Whether keys are waiting."""
        return self._task is not None and not self._task.done()

    @property
    def waiting(self) -> int:
        """How many keys are being handed on. May be asked by any thread."""
        return len(self._waiting) if self.busy else 0

    def take(self, event: Event) -> None:
        """A key or a paste from the terminal."""
        if self._closed:
            return
        self._waiting.append(event)
        if not self.busy:
            self._task = asyncio.create_task(self._hand_on())

    def opens(self, worker: Worker[None]) -> None:
        """``worker`` is going to open something: what is typed until then is meant for that."""
        self._opening.append((worker, self._app.screen))

    def fills(self, worker: Worker[None]) -> None:
        """``worker`` brings what a new screen shows: before, its keys have nothing to act on."""
        self._filling.add(worker)

    def close(self) -> None:
        """The app ends: what is typed now was meant for nothing that is left."""
        self._closed = True
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()

    async def _hand_on(self) -> None:
        try:
            await self._hand_on_all()
        except ScreenStackError:
            log.debug("%d keys came after the end", len(self._waiting))
        except Exception:
            # Whoever reads the terminal waits for these: nothing would ever be read again.
            log.exception("%d keys could not be handed on", len(self._waiting))
            self._waiting.clear()

    async def _hand_on_all(self) -> None:
        harmless = False
        while self._waiting:
            # A held cursor key is not slowed down by what need not be waited for.
            if not (harmless and self._harmless(self._waiting[0])):
                await self._ready(self._waiting[0])
                if not self._waiting:
                    break
            event = self._fitting(self._waiting.popleft())
            harmless = self._harmless(event)
            # In the app's own turn, where Textual expects it.
            self._app.call_later(self._send, event)

    async def _ready(self, event: Event) -> None:
        """Waits until nothing is going on that could change where ``event`` belongs."""
        await self._quiet()
        while self._opening:
            worker, before = self._opening.pop(0)
            await _finished([worker], MAX_HOLD_S)
            await self._quiet()
            if self._app.screen is before:
                self._leave_out(opened_later=not worker.is_finished)
                return
        screen = self._app.screen
        if self._drawn is None or screen is not self._drawn():
            drawn = asyncio.Event()
            screen.call_after_refresh(drawn.set)
            await _until(drawn.is_set, FILLED_S)
            self._drawn = ref(screen)
        if self._filling:
            await _finished(list(self._filling), FILLED_S)
            self._filling.clear()
            await self._quiet()
        if isinstance(screen, CommandPalette) and isinstance(event, Key) and not event.is_printable:
            # Enter would else run what the letters before the last found.
            await _finished([worker for worker in self._app.workers if worker.node is screen], FILLED_S)
            await self._quiet()

    def _harmless(self, event: Event) -> bool:
        """Whether it moves the cursor or writes a letter, so that what follows belongs to the same place."""
        if not isinstance(event, Key):
            return False
        if isinstance(self._app.focused, Input):
            return event.is_printable
        active = self._app.screen.active_bindings.get(event.key)
        return active is not None and active.binding.action.partition("(")[0] in _MOVES

    def _fitting(self, event: Event) -> Event:
        """A paste cut to the room of its input, which would else take nothing of it, and say nothing."""
        entry = self._app.focused
        if not isinstance(event, Paste) or not isinstance(entry, Input) or not entry.max_length:
            return event
        room = max(entry.max_length - len(entry.value) + len(entry.selected_text), 0)
        line = (event.text.splitlines() or [""])[0]  # it takes no more than one
        if len(line) <= room:
            return event
        self._warn(PASTE_CUT)
        return Paste(line[:room])

    def _leave_out(self, *, opened_later: bool) -> None:
        log.info("%d keys were left out: what they were typed for did not open", len(self._waiting))
        self._waiting.clear()
        if opened_later:
            self._warn("Still opening: what was typed meanwhile was ignored")

    async def _quiet(self) -> None:
        """Waits until every message has been dealt with, and with it what the keys before have caused.

        A queue that is empty says too little: its last message may still be on, as while a screen is
        mounted. So each pump on the way of a key has to answer as well, and twice, since a message that was
        on may have sent another one.
        """
        deadline = asyncio.get_running_loop().time() + MAX_HOLD_S
        rounds = 0
        while rounds < _ROUNDS and asyncio.get_running_loop().time() < deadline:
            for pump in list(self._way()):
                await _answered(pump)
            await asyncio.sleep(0)  # no pump may have been there to wait for, and all others are to go on
            # All in one turn of the loop: nothing can be on its way from one queue to another.
            rounds = 0 if any(pump.message_queue_size for pump in self._pumps()) else rounds + 1

    def _way(self) -> Iterator[MessagePump]:
        """Whatever a key comes past, in that order, and the screens that wait for an answer."""
        focused = self._app.focused
        yield from () if focused is None else focused.ancestors_with_self
        yield from reversed(self._app.screen_stack)
        yield self._app

    def _pumps(self) -> Iterator[MessagePump]:
        yield self._app
        yield from self._app.screen_stack
        yield from (node for node in self._app.screen.walk_children() if node.is_running)


async def _answered(pump: MessagePump) -> None:
    """Returns when ``pump`` has dealt with all that it has been sent so far, or is no more."""
    answered = asyncio.Event()
    if pump.call_later(answered.set):
        await _until(lambda: answered.is_set() or not pump.is_running, MAX_HOLD_S)


async def _finished(workers: Sequence[Worker[Any]], longest_s: float) -> None:
    await _until(lambda: all(worker.is_finished for worker in workers), longest_s)


async def _until(true: Callable[[], bool], longest_s: float) -> None:
    """Returns when it is true, or when it has taken too long."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + longest_s
    spins = 0
    while not true():
        if loop.time() > deadline:
            log.warning("a key waited %s s and is handed on", longest_s)
            return
        spins += 1
        await asyncio.sleep(0 if spins < _SPINS else _PAUSE_S)
