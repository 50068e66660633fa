"""Words to read that are laid out anew for whatever width there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pulsetui.tui.draw.lines import Line, wrap
from pulsetui.tui.draw.paint import LineList

if TYPE_CHECKING:
    from textual.events import Resize

LayOut = Callable[[int], Sequence[Line]]
"""From cells to lines, none of them wider."""


class Words(LineList, can_focus=False):
    """As high as its lines; they do not scroll."""

    DEFAULT_CSS = "Words { height: auto; }"

    def __init__(self, lay_out: LayOut, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, base="panel")
        self._lay_out = lay_out

    def say(self, lay_out: LayOut) -> None:
        """Replaces the words, and lays them out at the width that there is."""
        self._lay_out = lay_out
        self._draw()

    def on_mount(self) -> None:
        # Most dialogs are as wide as that: the height is right from the first frame.
        self._draw(min(self.app.size.width - 6, 68))

    def on_resize(self, event: Resize) -> None:
        self._draw()

    def _draw(self, width: int = 0) -> None:
        lines = self._lay_out(max(width or self.size.width, 10))
        self.styles.height = len(lines)
        self.show(lines)


def paragraph(text: str, style: str, width: int) -> list[Line]:
    """Safe text in one style, broken at spaces."""
    return [((line, style),) for line in wrap(text, width)]
