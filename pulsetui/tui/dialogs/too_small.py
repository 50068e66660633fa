"""Stands over everything while the terminal is too small to show anything useful."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from pulsetui.tui.draw.lines import Line, wrap
from pulsetui.tui.draw.paint import LineList

MIN_WIDTH, MIN_HEIGHT = 30, 6
"""In cells; what is smaller says so instead of breaking."""


class TooSmallScreen(ModalScreen[None]):
    """Goes away by itself when there is room."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "app.quit", "Quit", show=False)]

    def compose(self) -> ComposeResult:
        yield LineList()

    def on_mount(self) -> None:
        self.on_resize()

    def on_resize(self) -> None:
        size = self.app.size
        text = f"Too small: {size.width}x{size.height}. PulseTUI needs {MIN_WIDTH}x{MIN_HEIGHT}."
        lines: list[Line] = [((line, "warning"),) for line in wrap(text, max(size.width, 2))]
        self.query_one(LineList).show(lines)
