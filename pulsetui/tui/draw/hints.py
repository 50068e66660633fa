"""The last line: the few keys that matter here, or what the program has just said, drawn by hand.

Textual's own Footer re-creates its children at every change and leaks what they watch; this is one line of
text that the screen sets when the situation changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, cast

from msgspec import Struct
from textual.message import Message
from textual.strip import Strip

from pulsetui.tui.draw.lines import Line, Span, cut, fit, plain, width_of, wrap
from pulsetui.tui.draw.paint import OneLine, strip_of, style_set

if TYPE_CHECKING:
    from textual.events import Click


MAX_LINES = 3
"""Of one message."""
MIN_FOR_HINTS = 24
"""Cells behind a message in which hints are still of use."""
_MARKS = {"error": ("✖ ", "error"), "warning": ("! ", "warning")}


class Hint(Struct, frozen=True):
    """A key and what it does here; ``on`` is False when it would only answer why not."""

    key: str
    label: str
    on: bool = True
    verb: str = ""  # what a click on it does; "" for nothing


class Spoken(Struct, frozen=True, eq=False):
    """What the program says; each time it is another one."""

    text: str  # clean
    severity: str = "information"  # warning, error


class Speaker(Protocol):
    """An app that says something now and then."""

    said: Sequence[Spoken]


class Hints(OneLine):
    """Shows hints; the last one given (help) is kept when room is short. What is said comes first, in as many
    lines as it needs: behind a short message, such as of what can be undone, the hints still stand."""

    BASE = "panel"
    _hints: tuple[Hint, ...] = ()
    _said: tuple[Spoken, ...] = ()
    _lines: tuple[Line, ...] = ((),)
    _hints_from: int | None = 0  # the cell; None: they are not shown

    class Clicked(Message):
        """A hint was clicked."""

        def __init__(self, verb: str) -> None:
            super().__init__()
            self.verb = verb

    def offer(self, hints: Sequence[Hint]) -> None:
        """The most important first."""
        self._hints = tuple(hints)
        self._lay_out()

    def tell(self, said: Sequence[Spoken]) -> None:
        """Says this; nothing: only the hints stand there."""
        self._said = tuple(said)
        self._lay_out()

    def on_mount(self) -> None:
        self.tell(cast("Speaker", self.app).said)

    def on_resize(self) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        width = self.size.width
        lines = [line for one in self._said for line in message_lines(one, width)]
        self._hints_from = None
        if not lines:
            self._hints_from = 0
            lines = [hint_line(self._hints, width)]
        elif len(lines) == 1 and width - (taken := width_of(lines[0]) + 1) >= MIN_FOR_HINTS:
            self._hints_from = taken
            lines = [(*lines[0], (" ", "text"), *hint_line(self._hints, width - taken))]
        if tuple(lines) != self._lines:
            self._lines = tuple(lines)
            self.styles.height = len(lines)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        spans = fit(self._lines[y], width) if y < len(self._lines) else []
        return strip_of(spans, width, style_set(self), self.BASE)

    @property
    def shown(self) -> Line:
        """What stands in the last line: for tests."""
        return self._lines[-1]

    def on_click(self, event: Click) -> None:
        if self._hints_from is None:
            return
        hint = hint_at(self._hints, self.size.width - self._hints_from, event.x - self._hints_from)
        if hint is not None and hint.verb:
            self.post_message(self.Clicked(hint.verb))


def message_lines(said: Spoken, width: int) -> list[Line]:
    """What is said, in at most ``MAX_LINES`` lines; a mark tells its severity also without colours."""
    mark, style = _MARKS.get(said.severity, ("", "strong"))
    room = max(width - 2 - len(mark), 10)
    pieces = wrap(plain(said.text), room)
    if len(pieces) > MAX_LINES:
        pieces = [*pieces[: MAX_LINES - 1], cut(f"{pieces[MAX_LINES - 1]}…", room)]
    marks = [mark, *[" " * len(mark)] * (len(pieces) - 1)]
    return [((f" {before}{piece}", style),) for before, piece in zip(marks, pieces, strict=True)]


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
