"""The parts of the edit form: a labelled field with its problem below, the kind switch, the "more" line."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, TextArea

from pulsetui.core.schedule import ScheduleKind
from pulsetui.tui.form_model import KINDS, FieldSpec
from pulsetui.tui.lines import Span, plain, wrap
from pulsetui.tui.paint import LineList, OneLine

if TYPE_CHECKING:
    from textual.events import Click

LABEL = 16


class _Label(OneLine):
    DEFAULT_CSS = "_Label { width: 16; }"
    BASE = "row"


class _Problem(LineList, can_focus=False):
    DEFAULT_CSS = "_Problem { height: auto; display: none; }"


class FieldRow(Vertical):
    """A label, an entry, and what is wrong with it."""

    DEFAULT_CSS = """
    FieldRow { height: auto; }
    FieldRow > Horizontal { height: auto; }
    FieldRow Input { width: 1fr; background: $surface; }
    FieldRow Input:focus { background: $panel; }
    FieldRow TextArea { width: 1fr; height: 3; border: none; padding: 0; background: $surface; }
    FieldRow TextArea:focus { background: $panel; border: none; }
    """

    class Edited(Message):
        """The text has changed by a person."""

        def __init__(self, key: str, text: str) -> None:
            super().__init__()
            self.key = key
            self.text = text

    def __init__(self, spec: FieldSpec, text: str) -> None:
        super().__init__(id=f"field-{spec.key}")
        self.spec = spec
        self._first = text

    def compose(self) -> ComposeResult:
        label = _Label()
        label.show([(f" {self.spec.label}", "muted")], base="row")
        with Horizontal():
            yield label
            if self.spec.kind in {"lines", "pairs"}:
                area = TextArea(self._first, compact=True, show_line_numbers=False, tab_behavior="focus")
                area.cursor_blink = False
                yield area
            else:
                entry = Input(self._first, placeholder=self.spec.hint, compact=True)
                entry.cursor_blink = False
                yield entry
        yield _Problem()

    def enter(self) -> None:
        """Takes the focus."""
        self.query_one("Input, TextArea").focus()

    def replace(self, text: str, hint: str) -> None:
        """Another text and hint, as when the kind of schedule is switched; not told as an edit."""
        entry = self.query_one(Input)
        with self.prevent(Input.Changed):
            entry.value = text
        entry.placeholder = hint

    def complain(self, text: str) -> None:
        """Shows what is wrong; "" takes it away."""
        problem = self.query_one(_Problem)
        width = max(self.size.width - LABEL - 3, 20)
        pieces = wrap(plain(text), width) if text else []
        problem.show(
            [
                ((" " * LABEL, "text"), ("! " if at == 0 else "  ", "error"), (piece, "error"))
                for at, piece in enumerate(pieces)
            ]
        )
        problem.styles.height = max(len(pieces), 1)
        problem.display = bool(pieces)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Edited(self.spec.key, event.value))

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        if event.text_area.text != self._first:
            self._first = "\0"  # from now on every change counts, back to the first text too
            self.post_message(self.Edited(self.spec.key, event.text_area.text))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.screen.focus_next()


class KindSwitch(OneLine, can_focus=True):
    """every | cron | calendar; left and right switch."""

    BASE = "row"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "by(-1)", "Previous kind", show=False),
        Binding("right,l,space", "by(1)", "Next kind", show=False),
    ]

    class Switched(Message):
        """Another kind of schedule."""

        def __init__(self, kind: ScheduleKind) -> None:
            super().__init__()
            self.kind = kind

    def __init__(self, kind: ScheduleKind) -> None:
        super().__init__(id="kind")
        self.kind = kind

    def on_mount(self) -> None:
        self._draw()

    def on_focus(self) -> None:
        self._draw()

    def on_blur(self) -> None:
        self._draw()

    def action_by(self, by: int) -> None:
        self.kind = KINDS[(KINDS.index(self.kind) + by) % len(KINDS)]
        self._draw()
        self.post_message(self.Switched(self.kind))

    def on_click(self, event: Click) -> None:
        at = LABEL
        for kind in KINDS:
            if at <= event.x < at + len(kind) + 4:
                self.action_by(KINDS.index(kind) - KINDS.index(self.kind))
            at += len(kind) + 5

    def _draw(self) -> None:
        spans: list[Span] = [(" Schedule".ljust(LABEL), "muted")]
        for kind in KINDS:
            on = kind == self.kind
            mark = "●" if on else "○"
            spans += [(f" {mark} {kind} ", "key" if on else "muted"), (" ", "text")]
        if self.has_focus:
            spans.append((" ← → switches", "muted"))
        self.show(spans, base="row")


class MoreLine(OneLine, can_focus=True):
    """Shows or hides the rarer fields."""

    BASE = "row"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space", "toggle_more", "More", show=False)]

    class Toggled(Message):
        """``open`` tells whether the rarer fields are shown."""

        def __init__(self, *, is_open: bool) -> None:
            super().__init__()
            self.is_open = is_open

    is_open = False

    def on_mount(self) -> None:
        self._draw()

    def on_focus(self) -> None:
        self._draw()

    def on_blur(self) -> None:
        self._draw()

    def on_click(self) -> None:
        self.action_toggle_more()

    def action_toggle_more(self) -> None:
        self.is_open = not self.is_open
        self._draw()
        self.post_message(self.Toggled(is_open=self.is_open))

    def _draw(self) -> None:
        arrow, word = ("▾", "Less") if self.is_open else ("▸", "More")
        style = "key" if self.has_focus else "muted"
        self.show([(f" {arrow} {word}", style), ("  limits, overlaps, metrics, uuid", "muted")], base="row")
