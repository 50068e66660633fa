"""Stands over everything while the terminal is too small to show anything useful."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.screen import ModalScreen

from pulsetui.tui.draw.lines import Line, wrap
from pulsetui.tui.draw.paint import LineList

MIN_WIDTH, MIN_HEIGHT = 30, 6
"""In cells; what is smaller says so instead of breaking."""


def is_too_small(size: Size) -> bool:
    """Whether nothing useful can be shown in so few cells."""
    return size.width < MIN_WIDTH or size.height < MIN_HEIGHT


class TooSmallScreen(ModalScreen[None]):
    """Goes away by itself when there is room, also when something was opened over it and is closed later. One
    is enough however often the size changes."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "app.quit", "Quit", show=False)]

    def compose(self) -> ComposeResult:
        yield LineList()

    def on_mount(self) -> None:
        self.on_resize()

    def on_screen_resume(self) -> None:
        self.call_after_refresh(self._leave_if_there_is_room)

    def _leave_if_there_is_room(self) -> None:
        if self.app.screen is self and not is_too_small(self.app.size):
            self.dismiss()

    def on_resize(self) -> None:
        self._leave_if_there_is_room()
        size = self.app.size
        text = f"Too small: {size.width}x{size.height}. PulseTUI needs {MIN_WIDTH}x{MIN_HEIGHT}."
        lines: list[Line] = [((line, "warning"),) for line in wrap(text, max(size.width, 2))]
        self.query_one(LineList).show(lines)
