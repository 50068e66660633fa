"""What all dialogs share: the last line shows their own keys, not those of the screen below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Generic

from textual.app import ComposeResult
from textual.screen import ModalScreen, ScreenResultType

from pulsetui.tui.draw.hints import Hint, Hints


class Dialog(ModalScreen[ScreenResultType], Generic[ScreenResultType]):
    """Stands over a screen, which stays in sight. ``KEYS`` is its hint line, the way out last."""

    KEYS: ClassVar[Sequence[Hint]] = ()

    def compose(self) -> ComposeResult:
        yield from self.contents()
        yield Hints(id="hints")

    def contents(self) -> ComposeResult:
        """The box."""
        raise NotImplementedError

    def on_mount(self) -> None:
        self.query_one(Hints).offer(self.KEYS)
