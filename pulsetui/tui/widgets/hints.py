"""The last line: the few keys that matter here, drawn by hand.

Textual's own Footer re-creates its children at every change and leaks what they watch; this is one line of
text that the screen sets when the situation changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pulsetui.tui.lines import Line, Span, fit, width_of
from pulsetui.tui.paint import OneLine


@dataclass(frozen=True, slots=True)
class Hint:
    """A key and what it does here; ``on`` is False when it would only answer why not."""

    key: str
    label: str
    on: bool = True


class Hints(OneLine):
    """Shows hints; the last one given (help) is kept when room is short."""

    BASE = "panel"
    _hints: tuple[Hint, ...] = ()

    def offer(self, hints: Sequence[Hint]) -> None:
        """The most important first."""
        self._hints = tuple(hints)
        self.show(hint_line(self._hints, self.size.width))

    def on_resize(self) -> None:
        self.show(hint_line(self._hints, self.size.width))


def hint_line(hints: Sequence[Hint], width: int) -> Line:
    """As many hints as fit; the last one has its place reserved."""
    if not hints or width <= 0:
        return ()
    *first, last = [_spans(hint) for hint in hints]
    line: list[Span] = [(" ", "text")]
    room = width - 1 - width_of(last)
    for spans in first:
        size = width_of(spans) + 2
        if size > room:
            break
        line += [*spans, ("  ", "text")]
        room -= size
    return tuple(fit([*line, *last], width))


def _spans(hint: Hint) -> list[Span]:
    return [(hint.key, "key" if hint.on else "muted"), (f" {hint.label}", "text" if hint.on else "muted")]
