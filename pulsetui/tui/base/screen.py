"""What all screens share: verbs with reasons, the hint line, work that may block."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual.screen import ModalScreen, Screen

from pulsetui.client.views import CheckView
from pulsetui.errors import PulseError
from pulsetui.tui.base.background import in_background
from pulsetui.tui.base.services import Services
from pulsetui.tui.base.situation import Situation
from pulsetui.tui.base.verbs import BY_ID, label_now, verbs_on
from pulsetui.tui.draw.hints import Hint, Hints

if TYPE_CHECKING:
    from textual.timer import Timer

log = logging.getLogger(__name__)
T = TypeVar("T")


class PulseScreen(Screen[None]):
    """A full screen. ``SCOPE`` says which verbs it offers; those of ``own_verbs`` it does itself, and the app
    does all others, the same on every screen (``Services.do``)."""

    SCOPE: ClassVar[str] = "any"
    AUTO_FOCUS = None

    filled = False
    """Whether the engine has answered what the screen asked first."""

    @property
    def pulse(self) -> Services:
        """What it may ask of the app."""
        return cast("Services", self.app)

    @property
    def in_sight(self) -> bool:
        """Whether it can be seen: on top, or with nothing but dialogs over it."""
        stack = self.app.screen_stack
        above = stack[stack.index(self) + 1 :] if self in stack else []
        return all(isinstance(screen, ModalScreen) for screen in above)

    def targets(self) -> tuple[CheckView, ...]:
        """The checks that a verb is done to."""
        return ()

    def situation(self) -> Situation:
        client = self.pulse.client
        return Situation(
            targets=self.targets(),
            connected=client.connected,
            undo=self.pulse.undo_label,
            notices=len(self.pulse.notices()),
            total=len(client.checks()),
        )

    def action_verb(self, name: str) -> None:
        """Does the verb, or says why it cannot be done."""
        verb = BY_ID[name]
        reason = verb.off(self.situation())
        if reason:
            self.say(reason, severity="warning")
            return
        own = self.own_verbs().get(name)
        if own is not None:
            own()
        else:
            self.pulse.do(name, self.targets())
        self.refresh_hints()

    # Verbs

    def own_verbs(self) -> dict[str, Callable[[], None]]:
        """The verbs that this screen does in its own way, by their ids."""
        return {"back": self.verb_back, "quit": self.verb_quit}

    def verb_back(self) -> None:
        self.dismiss()

    def verb_quit(self) -> None:
        self.dismiss()

    # The hint line

    HINTS: ClassVar[tuple[str, ...]] = ("back", "help")

    def hint_ids(self, situation: Situation) -> Sequence[str]:
        """The verbs of the hint line, most important first, help last."""
        return self.HINTS

    def refresh_hints(self) -> None:
        """Draws the hint line anew; cheap when nothing has changed."""
        if not self.is_mounted:
            return
        situation = self.situation()
        offered = {verb.id for verb in verbs_on(self.SCOPE)}
        hints = [
            Hint(
                self.pulse.key_of(BY_ID[name]),
                label_now(BY_ID[name], situation),
                not BY_ID[name].off(situation),
                name,
            )
            for name in self.hint_ids(situation)
            if name in offered
        ]
        for line in self.query(Hints):
            line.offer(hints)

    def on_hints_clicked(self, message: Hints.Clicked) -> None:
        self.action_verb(message.verb)

    # News from the engine

    def news(self, changed: frozenset[str], *, info: bool) -> None:
        """Checks or the engine's state have changed. Called for the screens of the stack, top or not."""

    def say(self, text: str, *, severity: str = "information") -> None:
        """A short message in the last line; never markup."""
        self.pulse.say(text, severity=severity)


class TickingScreen(PulseScreen):
    """A screen whose picture moves with the clock: it ticks for as long as it can be seen."""

    TICK_S: ClassVar[float] = 1.0
    TICKS_BELOW_DIALOGS: ClassVar[bool] = True

    _ticker: Timer | None = None

    def on_mount(self) -> None:
        self._ticker = self.set_interval(self.TICK_S, self.tick)

    def tick(self) -> None:
        """Shows what the clock has changed."""
        raise NotImplementedError

    def seen_again(self) -> None:
        """Shows what has changed while the screen was out of sight."""
        self.tick()

    def on_screen_suspend(self) -> None:
        if self._ticker is not None and not (self.TICKS_BELOW_DIALOGS and self.in_sight):
            self._ticker.pause()

    def on_screen_resume(self) -> None:
        if self._ticker is not None:
            self._ticker.resume()
            self.seen_again()


def fetch(
    screen: PulseScreen,
    ask: Callable[[], T],
    then: Callable[[T], None],
    *,
    group: str,
    fail: Callable[[str], None],
) -> None:
    """Asks what may block on a thread, and hands the answer over on the loop. A later fetch of the same
    group takes the place of this one; a PulseError arrives at ``fail`` as its message."""

    async def work() -> None:
        try:
            answer = await asyncio.to_thread(ask)
        except PulseError as error:
            fail(str(error))
            return
        if screen.is_mounted:
            then(answer)
            screen.filled = True

    worker = in_background(screen, work, group=group, exclusive=True)
    if not screen.filled:
        screen.pulse.fills(worker)
