"""A list that says where its cursor is: what stands beside it follows."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from pulsetui.tui.draw.paint import LineList


class Chooser(LineList):
    """``Moved`` comes with every step of the cursor. Pages are left to what the list is about."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "pagedown,ctrl+d,space",
            "screen.page(1)",
            "A page down in the text",
            show=False,
            id="list.page_down",
        ),
        Binding("pageup,ctrl+u", "screen.page(-1)", "A page up in the text", show=False, id="list.page_up"),
    ]

    class Moved(Message):
        """The cursor stands on ``key`` now."""

        def __init__(self, control: Chooser, key: object) -> None:
            super().__init__()
            self.chooser = control
            self.key = key

        @property
        def control(self) -> Chooser:
            return self.chooser

    def go_to(self, key: object) -> None:
        """Puts the cursor on a key that is there."""
        if key in self._keys:
            self._move(self._keys.index(key))

    def _move(self, index: int) -> None:
        super()._move(index)
        self.post_message(self.Moved(self, self.key))
