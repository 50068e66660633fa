"""What all screens share: verbs with reasons, the hint line, work that may block."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual.screen import ModalScreen, Screen

from pulsetui.client.views import CheckView
from pulsetui.errors import PulseError
from pulsetui.tui.base.background import in_background
from pulsetui.tui.base.verbs import BY_ID, Situation, label_now, verbs_on
from pulsetui.tui.draw.hints import Hint, Hints

if TYPE_CHECKING:
    from pulsetui.tui.app import PulseApp

log = logging.getLogger(__name__)
T = TypeVar("T")


class PulseScreen(Screen[None]):
    """A full screen. ``SCOPE`` says which verbs it offers; each is done by ``verb_<id>``."""

    SCOPE: ClassVar[str] = "any"
    AUTO_FOCUS = None

    filled = False
    """Whether the engine has answered what the screen asked first."""

    @property
    def pulse(self) -> PulseApp:
        """The app with its own type."""
        return cast("PulseApp", self.app)

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
            undo=self.pulse.actions.undo_label,
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
        do: Callable[[], None] = getattr(self, f"verb_{name}")
        do()
        self.refresh_hints()

    # Verbs that are the same everywhere

    def verb_acknowledge(self) -> None:
        self.pulse.actions.acknowledge(self.targets())

    def verb_snooze(self) -> None:
        self.pulse.actions.snooze(self.targets())

    def verb_pause(self) -> None:
        self.pulse.actions.pause(self.targets())

    def verb_new(self) -> None:
        self.pulse.actions.new()

    def verb_edit(self) -> None:
        self.pulse.actions.edit(self.targets()[0])

    def verb_delete(self) -> None:
        self.pulse.actions.delete(self.targets()[0])

    def verb_copy(self) -> None:
        targets = self.targets()
        if targets:
            self.pulse.actions.copy(targets[0])
        else:
            self.pulse.actions.copy_first_line()

    def verb_undo(self) -> None:
        self.pulse.actions.undo()

    def verb_timeline(self) -> None:
        targets = self.targets()
        self.pulse.open_timeline(targets[0].slug if len(targets) == 1 else None)

    def verb_incidents(self) -> None:
        self.pulse.open_incidents()

    def verb_ways(self) -> None:
        targets = self.targets()
        self.pulse.open_ways(targets[0] if targets else None)

    def verb_log(self) -> None:
        self.pulse.open_log()

    def verb_theme(self) -> None:
        self.pulse.search_themes()

    def verb_palette(self) -> None:
        self.pulse.action_command_palette()

    def verb_help(self) -> None:
        from pulsetui.tui.dialogs.help import HelpScreen, help_lines, keys_of

        self.pulse.push_screen(HelpScreen(partial(help_lines, keys_of(self))))

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
        screen.pulse.type_ahead.fills(worker)
