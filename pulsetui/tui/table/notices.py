"""Notices above the table: they stay until they are no longer true or somebody has read them."""

from __future__ import annotations

from collections.abc import Sequence

from textual.strip import Strip
from textual.widget import Widget

from pulsetui.client.views import Notice
from pulsetui.tui.draw.lines import Line, fit, plain
from pulsetui.tui.draw.paint import strip_of, style_set
from pulsetui.tui.draw.status import NOTICE_SIGNS

SHOWN = 2
"""At most this many at once: the table needs the room."""


class NoticeBar(Widget):
    """The newest notices in one line each; hidden when there are none."""

    DEFAULT_CSS = "NoticeBar { height: auto; display: none; }"

    _notices: tuple[Notice, ...] = ()

    def show(self, notices: Sequence[Notice]) -> None:
        """Shows these; errors first."""
        order = {"error": 0, "warning": 1, "info": 2}
        new = tuple(sorted(notices, key=lambda notice: order[notice.level]))
        if new == self._notices:
            return
        self._notices = new
        self.display = bool(new)
        self.styles.height = min(len(new), SHOWN)
        self.refresh()

    @property
    def first(self) -> Notice | None:
        """The one that the dismiss key takes away."""
        return self._notices[0] if self._notices else None

    @property
    def count(self) -> int:
        return len(self._notices)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        line = notice_lines(self._notices, width)[y] if y < len(self._notices) else ()
        return strip_of(line, width, style_set(self), "panel")


def notice_lines(notices: Sequence[Notice], width: int) -> list[Line]:
    """One line for each notice that is shown, the keys at its end."""
    lines: list[Line] = []
    for index, notice in enumerate(notices[:SHOWN]):
        sign, style = NOTICE_SIGNS[notice.level]
        more = len(notices) - SHOWN
        keys = ""
        if index == 0:
            keys = "x dismiss  N all "
        elif more > 0:
            keys = f"and {more} more "
        text = [(f" {sign} ", style), (plain(notice.text), "text")]
        lines.append((*fit(text, max(width - len(keys) - 1, 8)), (" ", "text"), (keys, "muted")))
    return lines
