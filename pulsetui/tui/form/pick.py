"""A list to choose several from, toggled with the space bar."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import ClassVar

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from pulsetui.tui.base.dialog import Dialog
from pulsetui.tui.draw.hints import Hint
from pulsetui.tui.draw.lines import Line, plain
from pulsetui.tui.draw.paint import LineList


class Option(Struct, frozen=True):
    """One thing that can be chosen. ``about`` is unsafe text."""

    name: str
    about: str = ""


class PickScreen(Dialog[list[str] | None]):
    """Answers with the chosen names in the order of the list; None when the person thought better of it."""

    KEYS = (Hint("Enter", "apply"), Hint("Space", "toggle"), Hint("a", "all or none"), Hint("Esc", "cancel"))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "toggle_option", "Toggle", show=False),
        Binding("a", "all", "All or none", show=False),
        Binding("escape,q", "cancel", "Cancel", show=False),
    ]

    def __init__(self, title: str, options: Sequence[Option], chosen: Collection[str]) -> None:
        super().__init__()
        self._title = title
        self._options = options
        self._chosen = set(chosen)

    def contents(self) -> ComposeResult:
        box = Vertical(classes="dialog")
        box.border_title = self._title
        with box:
            yield LineList(base="panel", id="options")

    def on_mount(self) -> None:
        shown = self.query_one(LineList)
        shown.styles.height = max(min(len(self._options), self.size.height - 5), 1)
        shown.focus()
        self._draw()

    def _draw(self) -> None:
        lines: list[Line] = [
            (
                (" [x] " if option.name in self._chosen else " [ ] ", "key"),
                (plain(option.name), "strong" if option.name in self._chosen else "text"),
                (f"  {plain(option.about)}", "muted"),
            )
            for option in self._options
        ]
        self.query_one(LineList).show(lines, [option.name for option in self._options])

    def action_toggle_option(self) -> None:
        key = self.query_one(LineList).key
        if isinstance(key, str):
            self._chosen ^= {key}
            self._draw()

    def action_all(self) -> None:
        names = {option.name for option in self._options}
        self._chosen = set() if names <= self._chosen else names
        self._draw()

    def on_line_list_chosen(self, message: LineList.Chosen) -> None:
        message.stop()
        self.dismiss([option.name for option in self._options if option.name in self._chosen])

    def action_cancel(self) -> None:
        self.dismiss(None)
