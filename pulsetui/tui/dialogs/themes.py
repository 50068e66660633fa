"""The themes to choose from; the screen behind the list shows the one under the cursor."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from pulsetui.tui.base.dialog import Dialog
from pulsetui.tui.draw.chooser import Chooser
from pulsetui.tui.draw.hints import Hint
from pulsetui.tui.draw.lines import Line
from pulsetui.tui.draw.textual_themes import names, palette_named
from pulsetui.tui.draw.theme import PALETTES

if TYPE_CHECKING:
    from pulsetui.tui.base.services import Services


class ThemesScreen(Dialog[None]):
    """Enter keeps the theme, Esc brings the old one back."""

    CSS_PATH = Path(__file__).with_name("themes.tcss")
    KEYS = (Hint("j k", "preview"), Hint("Enter", "apply"), Hint("Esc", "revert"))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Revert", show=False),
        Binding("T", "leave", "Revert", show=False),
    ]

    def __init__(self, theme: str) -> None:
        """``theme`` is the one that is on."""
        super().__init__()
        self._before = theme

    def contents(self) -> ComposeResult:
        box = Vertical(classes="dialog")
        box.border_title = "Theme"
        with box:
            yield Chooser(base="panel")

    def on_mount(self) -> None:
        lines: list[Line] = []
        keys: list[object] = []
        for name in names():
            if name not in PALETTES and None not in keys:
                lines += [(), ((" From Textual", "muted"),)]
                keys += [None, None]
            lines.append(((" ", "text"), (palette_named(name).title, "text")))
            keys.append(name)
        chooser = self.query_one(Chooser)
        chooser.show(lines, keys)
        chooser.focus()
        self.call_after_refresh(chooser.go_to, self._before)

    def on_chooser_moved(self, message: Chooser.Moved) -> None:
        cast("Services", self.app).use_theme(str(message.key))

    def on_line_list_chosen(self) -> None:
        self.dismiss()

    def action_leave(self) -> None:
        cast("Services", self.app).use_theme(self._before)
        self.dismiss()

    def action_page(self, pages: int) -> None:
        self.query_one(Chooser).action_pages(pages)
