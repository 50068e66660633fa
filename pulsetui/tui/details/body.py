"""The kept body of one ping: unsafe text, shown as lines and nothing else."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from pulsetui.errors import PulseError
from pulsetui.tui.base.background import in_background
from pulsetui.tui.base.dialog import Dialog
from pulsetui.tui.details.pane import bytes_text
from pulsetui.tui.draw.body_text import Way, body_lines, is_binary
from pulsetui.tui.draw.hints import Hint
from pulsetui.tui.draw.lines import plain
from pulsetui.tui.draw.reader import TextReader, TextView

if TYPE_CHECKING:
    from pulsetui.tui.base.services import Services

_WAYS: dict[Way, str] = {"text": "", "raw": "with escapes", "hex": "byte by byte"}


class BodyScreen(Dialog[None]):
    """Fetches the body. ``r`` spells out its control characters, ``x`` shows its bytes; what is binary is
    shown as bytes to begin with."""

    KEYS = (
        Hint("/", "search"),
        Hint("n N", "next, previous"),
        Hint("r", "raw"),
        Hint("x", "bytes"),
        Hint("Esc", "close"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "dismiss", "Close", show=False),
        Binding("r", "show_as('raw')", "Raw", tooltip="Spell out control characters", id="body.raw"),
        Binding("x", "show_as('hex')", "Bytes", tooltip="Show the bytes", id="body.hex"),
    ]

    def __init__(self, slug: str, number: int) -> None:
        super().__init__()
        self._slug, self._number = slug, number
        self._body: bytes | None = None
        self._way: Way = "text"
        self._problem = ""

    def contents(self) -> ComposeResult:
        box = Vertical(classes="dialog")
        box.border_title = f"Body of ping {self._number}"
        with box:
            yield TextReader(base="panel")

    def on_mount(self) -> None:
        self.query_one(TextView).focus()
        self._draw()
        in_background(self, self._fetch, exclusive=True)

    async def _fetch(self) -> None:
        client = cast("Services", self.app).client
        try:
            self._body = await asyncio.to_thread(client.ping_body, self._slug, self._number)
        except PulseError as error:
            self._problem = str(error)
        else:
            self._way = "hex" if is_binary(self._body) else "text"
        self._draw()

    def action_show_as(self, way: Way) -> None:
        self._way = "text" if self._way == way else way
        self._draw()

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        reader = self.query_one(TextReader)
        if self._body is None:
            reader.read([(plain(self._problem) or "Reading…", "error" if self._problem else "muted")])
            return
        about = ", ".join(filter(None, (bytes_text(len(self._body)), _WAYS[self._way])))
        self.query_one(Vertical).border_title = f"Body of ping {self._number}: {about}"
        lines = body_lines(self._body, self._way)
        reader.read([(line, "text") for line in lines] or [("This ping has no body.", "muted")])
