"""What all screens share: verbs with reasons, the hint line, work that may block."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import ClassVar, TypeVar, cast

from textual.screen import ModalScreen, Screen

from pulsetui.client.views import CheckView
from pulsetui.errors import PulseError
from pulsetui.tui.base.background import in_background
from pulsetui.tui.base.services import Services
from pulsetui.tui.base.verbs import BY_ID, Situation, label_now, verbs_on
from pulsetui.tui.draw.hints import Hint, Hints

log = logging.getLogger(__name__)
T = TypeVar("T")


class PulseScreen(Screen[None]):
    """A full screen. ``SCOPE`` says which verbs it offers; each is done by its own ``verb_<id>``, or else by
    the app, as on every screen (``Services.do``)."""

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
        own: Callable[[], None] | None = getattr(self, f"verb_{name}", None)
        if own is not None:
            own()
        else:
            self.pulse.do(name, self.targets())
        self.refresh_hints()

    # Verbs of every screen but the table

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
        """A short piece of news in the corner; never markup."""
        self.pulse.say(text, severity=severity)


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
