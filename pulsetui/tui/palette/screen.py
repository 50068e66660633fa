"""The command palette with its own hint line."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.command import CommandPalette
from textual.widgets import Input

from pulsetui.tui.draw.hints import Hint, Hints
from pulsetui.tui.palette.provider import PaletteHit, PaletteProvider

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    from textual.events import Resize
    from textual.widgets import OptionList

_MAX_LINE_LENGTH = 600
"""A command, a check and a note."""
_PLACEHOLDER = "A command, a check, or both: snooze billing 1h"


class VerbPalette(CommandPalette):
    """Textual's palette; the last line shows its keys instead of those of the screen below."""

    def __init__(self) -> None:
        super().__init__([PaletteProvider], placeholder=_PLACEHOLDER)

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield Hints(id="hints")

    def on_mount(self) -> None:
        self.query_one(Input).max_length = _MAX_LINE_LENGTH
        self.query_one(Hints).offer([Hint("Enter", "run"), Hint("↑↓", "move"), Hint("Esc", "close")])

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Before Textual runs what was chosen: what only says something stays, and so does what was found for
        letters that are no longer there, as on a host that is too loaded to keep up."""
        entry = self.query_one(Input)
        found = getattr(event.option, "hit", None)
        if not isinstance(found, PaletteHit):
            return
        if found.fills:
            entry.value = found.fills
            entry.action_end()
        if found.fills or not found.runs or found.line != entry.value.strip():
            event.prevent_default()
            event.stop()

    def _action_command_list(self, action: str) -> None:
        """A key for the list. Textual's own and private; this is the only place that knows of it.

        A list that has not been laid out yet knows no lines: there is nowhere to go, and no reason to fail.
        """
        try:
            super()._action_command_list(action)
        except LookupError:
            log.debug("%s before the list was there", action)

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.height < 16, "-short")  # its list ends above the hint line
