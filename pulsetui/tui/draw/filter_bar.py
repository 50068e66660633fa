"""The filter line: hidden until ``/``; filters as you type, Enter keeps it, Esc clears it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message

from pulsetui.tui.draw.paint import OneLine

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.widgets import Input

_MAX_LENGTH = 500
"""Characters of a filter; each is looked for in every row."""


class _Label(OneLine):
    DEFAULT_CSS = "_Label { width: 10; }"
    BASE = "panel"


class _Found(OneLine):
    DEFAULT_CSS = "_Found { width: 22; }"
    BASE = "panel"


class FilterBar(Horizontal):
    """Its input is made when it is first opened: most sessions start without a filter."""

    DEFAULT_CSS = """
    FilterBar { height: 1; display: none; background: $panel; }
    FilterBar > Input { width: 1fr; background: $panel; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave(True)", "Clear", show=False, tooltip="Clear the filter and go back"),
        Binding("down", "leave(False)", "To the list", show=False),
    ]

    class Typed(Message):
        """The text has changed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        """The person goes back to the list; ``clear`` when the filter ends."""

        def __init__(self, *, clear: bool) -> None:
            super().__init__()
            self.clear = clear

    @property
    def _input(self) -> Input | None:
        from textual.widgets import Input

        found = self.query(Input)
        return found.first() if found else None

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self._patience_s = 0.0
        self._pending: tuple[Timer, str] | None = None  # what was typed and is still to be told

    def open(self, text: str, *, patience_s: float = 0.0) -> None:
        """Shows the line with ``text`` and takes the focus. What is typed is told once nothing follows for
        ``patience_s`` seconds: where to filter takes long, the next letter is not to wait for it."""
        self._patience_s = patience_s
        self.display = True
        if self._input is None:
            from textual.widgets import Input

            label, found = _Label(), _Found(id="found")
            label.show([(" filter: ", "key")])
            hint = "words  tag:billing  status:down  -name:test"
            entry = Input(text, placeholder=hint, compact=True, max_length=_MAX_LENGTH)
            entry.cursor_blink = False
            self.mount(label, entry, found)
        entry_now = self._input
        if entry_now is not None:
            entry_now.value = text
            entry_now.focus()

    def close(self) -> None:
        """Hides the line."""
        self._take_pending()
        if self._input is not None:
            with self.prevent(self._input.Changed):
                self._input.value = ""
        self.display = False

    def found(self, shown: int, total: int) -> None:
        """Says how many match."""
        for line in self.query("#found").results(_Found):
            line.show([(f"{shown} of {total} ".rjust(22), "muted")])

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._take_pending()
        if self._patience_s:
            self._pending = self.set_timer(self._patience_s, self._tell_pending), event.value
        else:
            self.post_message(self.Typed(event.value))

    def _take_pending(self) -> str | None:
        if self._pending is None:
            return None
        (timer, text), self._pending = self._pending, None
        timer.stop()
        return text

    def _tell_pending(self) -> None:
        if (text := self._take_pending()) is not None:
            self.post_message(self.Typed(text))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_leave(not event.value.strip())

    def action_leave(self, clear: bool) -> None:
        """Back to the list."""
        if clear:
            self.close()
        self._tell_pending()
        self.post_message(self.Left(clear=clear))
