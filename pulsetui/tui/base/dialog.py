"""What all dialogs share: the last line shows their own keys, not those of the screen below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Generic

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen, ScreenResultType

from pulsetui.tui.draw.hints import Hint, Hints
from pulsetui.tui.draw.paint import LineList


class Dialog(ModalScreen[ScreenResultType], Generic[ScreenResultType]):
    """Stands over a screen, which stays in sight. ``KEYS`` is its hint line, the way out last."""

    KEYS: ClassVar[Sequence[Hint]] = ()

    def compose(self) -> ComposeResult:
        yield from self.contents()
        yield Hints(id="hints")

    def contents(self) -> ComposeResult:
        """Yields the box that stands over the screen."""
        raise NotImplementedError

    def on_mount(self) -> None:
        self.query_one(Hints).offer(self.KEYS)


class ListDialog(Dialog[ScreenResultType], Generic[ScreenResultType]):
    """A dialog whose box holds a list of lines, which are laid out anew with each size."""

    TITLE_WORDS: ClassVar[str] = ""

    def contents(self) -> ComposeResult:
        box = Vertical(classes="dialog")
        box.border_title = self.TITLE_WORDS
        with box:
            yield LineList(base="panel", id="choices")

    def on_mount(self) -> None:
        self.query_one(LineList).focus()
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        raise NotImplementedError
