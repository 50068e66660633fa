"""The last line: the few keys that matter here, drawn by hand.

Textual's own Footer re-creates its children at every change and leaks what they watch; this is one line of
text that the screen sets when the situation changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from textual.message import Message

from pulsetui.tui.draw.lines import Line, Span, fit, width_of
from pulsetui.tui.draw.paint import OneLine

if TYPE_CHECKING:
    from textual.events import Click


class Hint(Struct, frozen=True):
    """A key and what it does here; ``on`` is False when it would only answer why not."""

    key: str
    label: str
    on: bool = True
    verb: str = ""  # what a click on it does; "" for nothing


class Hints(OneLine):
    """Shows hints; the last one given (help) is kept when room is short."""

    BASE = "panel"
    _hints: tuple[Hint, ...] = ()

    class Clicked(Message):
        """A hint was clicked."""

        def __init__(self, verb: str) -> None:
            super().__init__()
            self.verb = verb

    def offer(self, hints: Sequence[Hint]) -> None:
        """The most important first."""
        self._hints = tuple(hints)
        self.show(hint_line(self._hints, self.size.width))

    def on_resize(self) -> None:
        self.show(hint_line(self._hints, self.size.width))

    def on_click(self, event: Click) -> None:
        hint = hint_at(self._hints, self.size.width, event.x)
        if hint is not None and hint.verb:
            self.post_message(self.Clicked(hint.verb))


def hint_line(hints: Sequence[Hint], width: int) -> Line:
    """As many hints as fit; the last one has its place reserved."""
    if not hints or width <= 0:
        return ()
    line: list[Span] = [(" ", "text")]
    for at, hint in enumerate(_fitting(hints, width)):
        line += [("  ", "text"), *_spans(hint)] if at else _spans(hint)
    return tuple(fit(line, width))


def hint_at(hints: Sequence[Hint], width: int, x: int) -> Hint | None:
    """The hint under the cell ``x``."""
    start = 1
    for hint in _fitting(hints, width) if hints else ():
        end = start + width_of(_spans(hint))
        if start <= x < end:
            return hint
        start = end + 2
    return None


def _fitting(hints: Sequence[Hint], width: int) -> list[Hint]:
    *first, last = hints
    room = width - 1 - width_of(_spans(last))
    kept: list[Hint] = []
    for hint in first:
        room -= width_of(_spans(hint)) + 2
        if room < 0:
            break
        kept.append(hint)
    return [*kept, last]


def _spans(hint: Hint) -> list[Span]:
    return [(hint.key, "key" if hint.on else "muted"), (f" {hint.label}", "text" if hint.on else "muted")]
