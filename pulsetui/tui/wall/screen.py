"""The wallboard on the screen: read-only, without a cursor, in the colour of how things stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from socket import gethostname
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from pulsetui.tui.base.screen import TickingScreen
from pulsetui.tui.base.verbs import BY_ID, bindings_on
from pulsetui.tui.draw.list_columns import ListContext
from pulsetui.tui.draw.paint import strip_of, style_set
from pulsetui.tui.wall.model import WallScene, wall_lines
from pulsetui.tui.wall.rows import WallLine
from pulsetui.tui.wall.verdict import Sorted, judge, sort_out


class WallBoard(Widget):
    """Lines that each stand on a colour of their own; only those that have changed are painted again."""

    DEFAULT_CSS = "WallBoard { width: 1fr; height: 1fr; }"

    _lines: Sequence[WallLine] = ()

    def show(self, lines: Sequence[WallLine]) -> None:
        """``lines`` are as many as the widget is high."""
        old, self._lines = self._lines, lines
        if len(old) != len(lines):
            self.refresh()
            return
        width = self.size.width
        changed = [Region(0, y, width, 1) for y, line in enumerate(lines) if line != old[y]]
        if changed:
            self.refresh(*changed)

    def render_line(self, y: int) -> Strip:
        if y >= len(self._lines):
            return Strip.blank(self.size.width)
        line = self._lines[y]
        return strip_of(line.spans, self.size.width, style_set(self), line.base)


class WallScreen(TickingScreen):
    """Over the table it goes back to it; alone (``pulsetui --wall``) the program ends with it."""

    SCOPE = "wall"
    BINDINGS: ClassVar[list[BindingType]] = bindings_on("wall")

    def __init__(self) -> None:
        super().__init__()
        self._found: Sorted | None = None
        self._host = gethostname()

    def compose(self) -> ComposeResult:
        yield WallBoard()

    def on_mount(self) -> None:
        self.draw()

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw)

    # Time and news

    def news(self, changed: frozenset[str], *, info: bool) -> None:
        if changed:
            self._found = None
        self.draw()

    def tick(self) -> None:
        self.draw()

    def seen_again(self) -> None:
        self._found = None
        self.draw()

    def draw(self) -> None:
        """Looks at all checks where there is news of one, or where the clock has turned one."""
        if not self.is_mounted:
            return
        pulse, now = self.pulse, self.pulse.now()
        found = self._sorted(now)
        info, connected = pulse.client.info(), pulse.client.connected
        verdict = judge(found, info, now, connected=connected)
        scene = WallScene(
            width=self.size.width,
            height=self.size.height,
            context=ListContext(now=now, zone=pulse.viewer_zone, ascii_only=pulse.ascii_only),
            host=pulse.attached or self._host,
            leave_key=pulse.key_of(BY_ID["quit"]),
            seen_at=info.now,
            connected=connected,
        )
        self.query_one(WallBoard).show(wall_lines(found, verdict, scene))
        pulse.show_title(verdict.words.lower())

    def _sorted(self, now: datetime) -> Sorted:
        found = self._found
        if found is None or (found.until is not None and found.until <= now):
            found = self._found = sort_out(self.pulse.client.checks().values(), now)
        return found

    # Verbs

    def verb_back(self) -> None:
        self.verb_quit()

    def verb_quit(self) -> None:
        if self.app.screen_stack[0] is self:
            self.pulse.leave()
        else:
            self.dismiss()
