"""The kept body of one ping: unsafe text, shown as lines and nothing else."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from pulsetui.core.text import clean_lines, decode
from pulsetui.errors import PulseError
from pulsetui.tui.lines import Line, plain, wrap
from pulsetui.tui.paint import LineList

if TYPE_CHECKING:
    from pulsetui.tui.app import PulseApp

_MOST_LINES = 5000
_MOST_COLUMNS = 2000


class BodyScreen(ModalScreen[None]):
    """Fetches the body and wraps it to the width that there is."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,enter", "dismiss", "Close", show=False)]

    def __init__(self, slug: str, number: int) -> None:
        super().__init__()
        self._slug, self._number = slug, number
        self._text: list[str] | None = None
        self._problem = ""

    def compose(self) -> ComposeResult:
        box = Vertical(classes="dialog")
        box.border_title = f"Body of ping {self._number}"
        box.border_subtitle = "Esc closes"
        with box:
            yield LineList(base="panel")

    def on_mount(self) -> None:
        self.query_one(LineList).focus()
        self.run_worker(self._fetch(), exclusive=True, exit_on_error=False)

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    async def _fetch(self) -> None:
        client = cast("PulseApp", self.app).client
        try:
            body = await asyncio.to_thread(client.ping_body, self._slug, self._number)
        except PulseError as error:
            self._problem = str(error)
        else:
            self._text = clean_lines(decode(body), _MOST_LINES, _MOST_COLUMNS)
        self._draw()

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        pane = self.query_one(LineList)
        if self._text is None:
            pane.show([((plain(self._problem) or "Reading…", "error" if self._problem else "muted"),)])
            return
        width = max(pane.size.width - 1, 10)
        lines: list[Line] = [((piece, "text"),) for text in self._text for piece in wrap(agreed(text), width)]
        pane.show(lines or [(("This ping has no body.", "muted"),)])


def agreed(text: str) -> str:
    """A cleaned line with its indent, every character as wide as we count it."""
    stripped = text.lstrip(" ")
    return " " * (len(text) - len(stripped)) + plain(stripped)
