"""Long text to read: scrolls, and is searched with ``/``, ``n`` and ``N``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.strip import Strip
from textual.widgets import Input

from pulsetui.tui.draw.body_text import chunks
from pulsetui.tui.draw.lines import Line, Span, fit, plain
from pulsetui.tui.draw.paint import LineList, OneLine, strip_of, style_set

if TYPE_CHECKING:
    from textual.events import Resize

Text = Sequence[Span]
"""Safe lines, each in one style."""

_MAX_MATCHES = 10_000


class TextView(LineList):
    """The lines, broken where the pane ends; what was found stands out."""

    def __init__(self, *, base: str = "row") -> None:
        super().__init__(base=base)
        self._text: tuple[Line, ...] = ()
        self._found: list[tuple[int, int, int]] = []  # line, from, to
        self._now = 0  # which of them
        self._first: list[int] = []  # line of the text → its first line on the screen
        self._marked = -1  # the line on the screen with the current match

    def read(self, text: Sequence[Line], *, follow: bool = False) -> None:
        """Another text; a search is forgotten. It is read from its beginning, or with ``follow`` from its end
        and on as it grows, for as long as its end is in sight."""
        if tuple(text) == self._text:
            self.lay_out()
            return
        at_end = self.scroll_offset.y >= self.max_scroll_y
        self._text = tuple(text)
        self._found, self._now = [], 0
        if not follow:
            self.scroll_to(y=0, animate=False)
        self.lay_out()
        if follow and at_end:
            self.call_after_refresh(self.scroll_to, y=len(self.lines), animate=False)

    def on_resize(self, event: Resize) -> None:
        super().on_resize(event)
        self.lay_out()

    def search(self, wanted: str) -> int:
        """How often ``wanted`` is in the text; goes to the first at or below the top of the screen. Small
        letters find large ones too."""
        self._found = list(_matches(self._text, wanted))
        top = self._line_at(self.scroll_offset.y)
        self._now = next((at for at, match in enumerate(self._found) if match[0] >= top), 0)
        self.lay_out()
        self._go()
        return len(self._found)

    def step_match(self, by: int) -> None:
        """The next match, round the end."""
        if self._found:
            self._now = (self._now + by) % len(self._found)
            self.lay_out()
            self._go()

    @property
    def place(self) -> str:
        """``3 of 17``."""
        return f"{self._now + 1} of {len(self._found)}" if self._found else "not found"

    def lay_out(self) -> None:
        """Breaks the lines to the width there is."""
        width = max(self.size.width - 1, 1)
        by_line: dict[int, list[tuple[int, int]]] = {}
        for number, start, end in self._found:
            by_line.setdefault(number, []).append((start, end))
        marked, mark_at, _ = self._found[self._now] if self._found else (-1, 0, 0)
        lines: list[Line] = []
        self._first, self._marked = [], -1
        for number, line in enumerate(self._text):
            self._first.append(len(lines))
            at = 0
            for piece in chunks(_plain_text(line), width):
                if number == marked and mark_at in range(at, at + len(piece)):
                    self._marked = len(lines)
                lines.append(tuple(_lit(line, at, at + len(piece), by_line.get(number, ()))))
                at += len(piece)
        self.show(lines)

    def render_line(self, y: int) -> Strip:
        index = y + self.scroll_offset.y
        if index != self._marked:
            return super().render_line(y)
        width = self.size.width
        return strip_of(fit(self.lines[index], width), width, style_set(self), "cursor")

    def _line_at(self, row: int) -> int:
        return max((number for number, first in enumerate(self._first) if first <= row), default=0)

    def _go(self) -> None:
        top, height = self.scroll_offset.y, max(self.size.height, 1)
        if self._marked >= 0 and not top <= self._marked < top + height:
            self.scroll_to(y=max(self._marked - height // 2, 0), animate=False)
        self.refresh()


class TextReader(Vertical):
    """A text with its search line below."""

    DEFAULT_CSS = """
    TextReader { height: 1fr; }
    TextReader TextView { height: 1fr; }
    TextReader Input { height: 1; margin: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", tooltip="Search the text", id="reader.search", key_display="/"),
        Binding("n", "match(1)", "Next match", tooltip="The next match", id="reader.next"),
        Binding("N", "match(-1)", "Previous match", tooltip="The previous match", id="reader.previous"),
        Binding("escape", "close_search", "End the search", show=False),
    ]

    def __init__(self, *, base: str = "row", id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._base = base
        self._wanted = ""

    def compose(self) -> ComposeResult:
        yield TextView(base=self._base)
        entry = Input(placeholder="Search, then n and N", compact=True, max_length=500)
        entry.cursor_blink = False
        entry.display = False
        yield entry
        status = OneLine()
        status.display = False
        yield status

    @property
    def view(self) -> TextView:
        return self.query_one(TextView)

    def read(self, text: Text, *, follow: bool = False) -> None:
        """Shows another text; the search is made anew in it. ``follow`` stays at its end."""
        self.read_lines([(span,) for span in text], follow=follow)

    def read_lines(self, lines: Sequence[Line], *, follow: bool = False) -> None:
        """The same of lines with several styles each."""
        self.view.read(lines, follow=follow)
        if self._wanted:
            self.view.search(self._wanted)
            self._say()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        # Elsewhere Esc belongs to the screen.
        return self.query_one(Input).display or bool(self._wanted) if action == "close_search" else True

    def action_search(self) -> None:
        entry = self.query_one(Input)
        entry.display = True
        entry.focus()

    def action_match(self, by: int) -> None:
        if self._wanted:
            self.view.step_match(by)
            self._say()
        else:
            self.action_search()

    def action_close_search(self) -> None:
        entry = self.query_one(Input)
        if not entry.display:
            self._wanted = ""
            self.view.search("")
        entry.display = False
        self._say()
        self.view.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._wanted = event.value
        self.view.search(event.value)
        self._say()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        event.input.display = False
        self.view.focus()

    def _say(self) -> None:
        status = self.query_one(OneLine)
        status.display = bool(self._wanted)
        if self._wanted:
            status.show([(f" {self.view.place}", "key"), (f"  {plain(self._wanted)}  ", "muted")])


def _plain_text(line: Line) -> str:
    return line[0][0] if len(line) == 1 else "".join(text for text, _ in line)


def _matches(text: Sequence[Line], wanted: str) -> Iterator[tuple[int, int, int]]:
    if not wanted:
        return
    form = re.compile(re.escape(wanted), 0 if wanted != wanted.lower() else re.IGNORECASE)
    found = 0
    for number, line in enumerate(text):
        for match in form.finditer(_plain_text(line)):
            yield number, match.start(), match.end()
            found += 1
            if found >= _MAX_MATCHES:
                return


def _lit(line: Line, start: int, stop: int, matches: Sequence[tuple[int, int]]) -> Iterator[Span]:
    """The part of the line from ``start`` to ``stop``, with the matches in it marked."""
    at = 0
    for text, style in line:
        first, last = max(start, at), min(stop, at + len(text))
        done = first
        for begin, end in matches:
            begins, ends = max(begin, done), min(end, last)
            if begins < ends:
                yield text[done - at : begins - at], style
                yield text[begins - at : ends - at], "spot"
                done = ends
        if done < last:
            yield text[done - at : last - at], style
        at += len(text)
