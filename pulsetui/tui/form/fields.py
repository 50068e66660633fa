"""The parts of the edit form: a labelled field with its problem below, the kind switch, the "more" line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.suggester import Suggester
from textual.widget import Widget
from textual.widgets import Input, TextArea

from pulsetui.core.schedule.schedule import ScheduleKind
from pulsetui.core.schedule.zone import zone_names
from pulsetui.tui.draw.lines import Span, fit, plain, width_of, wrap
from pulsetui.tui.draw.paint import OneLine, strip_of, style_set
from pulsetui.tui.form.specs import FOLDS, KINDS, FieldSpec, Fold
from pulsetui.tui.terminal.key_reader import MAX_PASTE

if TYPE_CHECKING:
    from textual.events import Click

LABEL = 16


def row_id(key: str) -> str:
    """Of the row with the field of that key."""
    return f"field-{key.replace('.', '-')}"


class ZoneSuggester(Suggester):
    """Completes the name of a time zone; the right arrow takes it."""

    def __init__(self) -> None:
        super().__init__(use_cache=True, case_sensitive=False)

    async def get_suggestion(self, value: str) -> str | None:
        # The first look at the names walks a tree of files.
        names = await asyncio.to_thread(zone_names)
        wanted = value.replace(" ", "_")
        if not wanted:
            return None
        return min((name for name in names if name.casefold().startswith(wanted)), key=_rank, default=None)


def _rank(name: str) -> tuple[bool, int, str]:
    """Places before the short names of old, and those before their deeper namesakes."""
    return name.count("/") != 1, name.count("/"), name


class FieldRow(Widget):
    """A label, an entry, and below it what is wrong. It draws label and problem itself: a form has many
    rows, and each widget less is seen when it opens."""

    DEFAULT_CSS = """
    FieldRow { height: 1; layout: vertical; }
    FieldRow Input { margin-left: 16; background: $surface; }
    FieldRow Input:focus { background: $panel; }
    FieldRow TextArea { margin-left: 16; height: 3; border: none; padding: 0; background: $surface; }
    FieldRow TextArea:focus { background: $panel; border: none; }
    """

    class Edited(Message):
        """The text has changed by a person."""

        def __init__(self, key: str, text: str) -> None:
            super().__init__()
            self.key = key
            self.text = text

    def __init__(self, spec: FieldSpec, text: str, hint: str = "") -> None:
        super().__init__(id=row_id(spec.key))
        self.spec = spec
        self._text = text  # as the model has it
        self._hint = hint or spec.hint
        self._entry_height = 3 if spec.kind in {"lines", "pairs", "one a line"} else 1
        self._complaint = ""
        self._problem: list[str] = []  # in lines
        self.styles.height = self._entry_height

    def compose(self) -> ComposeResult:
        if self._entry_height > 1:
            area = TextArea(
                self._text,
                placeholder=self._hint,
                compact=True,
                show_line_numbers=False,
                tab_behavior="focus",
            )
            area.cursor_blink = False
            yield area
        else:
            suggester = ZoneSuggester() if self.spec.key.endswith("timezone") else None
            entry = Input(
                self._text, placeholder=self._hint, compact=True, suggester=suggester, max_length=MAX_PASTE
            )
            entry.cursor_blink = False
            yield entry

    def render_line(self, y: int) -> Strip:
        spans: list[Span] = []
        if y == 0:
            spans = [(f" {self.spec.label}", "muted")]
        elif self._entry_height <= y < self._entry_height + len(self._problem):
            at = y - self._entry_height
            spans = [(" " * LABEL, "text"), ("  " if at else "! ", "error"), (self._problem[at], "error")]
        return strip_of(fit(spans, self.size.width), self.size.width, style_set(self), "row")

    def enter(self) -> None:
        """Takes the focus."""
        self.query_one("Input, TextArea").focus()

    def type(self, text: str) -> None:
        """Puts another text in, as if a person had typed it."""
        self.query_one(Input).value = text

    def replace(self, text: str, hint: str) -> None:
        """Another text and hint, as when the kind of schedule is switched; not told as an edit."""
        entry = self.query_one(Input)
        self._text = text
        entry.value = text
        entry.placeholder = hint

    def complain(self, text: str) -> None:
        """Shows what is wrong; "" takes it away."""
        self._complaint = text
        problem = wrap(plain(text), max(self.size.width - LABEL - 3, 20)) if text else []
        if problem != self._problem:
            self._problem = problem
            self.styles.height = self._entry_height + len(problem)
            self.refresh()

    def on_resize(self) -> None:
        self.complain(self._complaint)  # in lines as wide as there is room for now

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._edited(event.value)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._edited(event.text_area.text)

    def _edited(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self.post_message(self.Edited(self.spec.key, text))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.screen.focus_next()


class KindSwitch(OneLine, can_focus=True):
    """every | cron | calendar; left and right switch."""

    BASE = "row"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "left,h", "by(-1)", "Previous kind", tooltip="The previous kind of schedule", id="kind.previous"
        ),
        Binding("right,l,space", "by(1)", "Next kind", tooltip="The next kind of schedule", id="kind.next"),
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

    def watch_has_focus(self, has_focus: bool) -> None:
        # The events of focus come before it is known to the widget itself.
        super().watch_has_focus(has_focus)
        self._draw()

    def turn_to(self, kind: ScheduleKind) -> None:
        """Shows another kind, not told as a switch."""
        self.kind = kind
        self._draw()

    def action_by(self, by: int) -> None:
        self.kind = KINDS[(KINDS.index(self.kind) + by) % len(KINDS)]
        self._draw()
        self.post_message(self.Switched(self.kind))

    def on_click(self, event: Click) -> None:
        at = LABEL
        for kind, text in zip(KINDS, self._choices(), strict=True):
            if at <= event.x < at + len(text):
                self.action_by(KINDS.index(kind) - KINDS.index(self.kind))
            at += len(text) + 1

    def on_resize(self) -> None:
        self._draw()

    def _choices(self) -> list[str]:
        """The kinds as they are drawn; where it is narrow brackets say which one is on."""
        texts = [f" {'●' if kind == self.kind else '○'} {kind} " for kind in KINDS]
        if LABEL + sum(len(text) + 1 for text in texts) - 1 <= self.size.width:
            return texts
        return [f"[{kind}]" if kind == self.kind else str(kind) for kind in KINDS]

    def _draw(self) -> None:
        spans: list[Span] = [(" Schedule".ljust(LABEL), "muted")]
        for kind, text in zip(KINDS, self._choices(), strict=True):
            spans += [(text, "key" if kind == self.kind else "muted"), (" ", "text")]
        keys = " ← → switches"
        if self.has_focus and width_of(spans) + len(keys) <= self.size.width:
            spans.append((keys, "muted"))
        self.show(spans, base="row")


class HookSwitch(OneLine, can_focus=True):
    """Whose rules of alerts the fields below show: those for all hooks, or of one; left and right switch."""

    BASE = "row"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "left,h", "by(-1)", "Previous hook", tooltip="The rules of the previous hook", id="rules.previous"
        ),
        Binding("right,l,space", "by(1)", "Next hook", tooltip="The rules of the next hook", id="rules.next"),
    ]

    class Switched(Message):
        """The rules of another hook are wanted; "" is for all."""

        def __init__(self, hook: str) -> None:
            super().__init__()
            self.hook = hook

    def __init__(self, hooks: Sequence[str], count: Callable[[str], int]) -> None:
        """``count`` says how many rules there are for a hook."""
        super().__init__(id="rules")
        self._hooks = ("", *hooks)
        self._count = count
        self._at = 0

    def on_mount(self) -> None:
        self.draw()

    def on_resize(self) -> None:
        self.draw()

    def watch_has_focus(self, has_focus: bool) -> None:
        # The events of focus come before it is known to the widget itself.
        super().watch_has_focus(has_focus)
        self.draw()

    def on_click(self) -> None:
        self.action_by(1)

    def action_by(self, by: int) -> None:
        self.turn_to(self._hooks[(self._at + by) % len(self._hooks)])

    def turn_to(self, hook: str) -> None:
        """Shows another hook, if there is such a one."""
        if hook in self._hooks:
            self._at = self._hooks.index(hook)
            self.draw()
            self.post_message(self.Switched(hook))

    def draw(self) -> None:
        """Again, when the rules are others."""
        hook = self._hooks[self._at]
        name = plain(hook) if hook else "all hooks"
        spans: list[Span] = [
            (" Rules for".ljust(LABEL), "muted"),
            (f"← {name} →", "key" if self.has_focus else "text"),
        ]
        others = [one for one in self._hooks if one != hook and self._count(one)]
        if others:
            said = ", ".join(plain(one) if one else "all hooks" for one in others)
            spans.append((f"  others for {said}", "muted"))
        elif len(self._hooks) > 1 and self.has_focus:
            spans.append(("  ← → another hook", "muted"))
        self.show(fit(spans, self.size.width), base="row")


class FoldLine(OneLine, can_focus=True):
    """Shows or hides a part of the form."""

    BASE = "row"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter,space",
            "toggle_more",
            "More",
            tooltip="Show or hide less common fields",
            id="form.more",
        )
    ]

    class Toggled(Message):
        """``is_open`` tells whether its fields are shown."""

        def __init__(self, fold: Fold, *, is_open: bool) -> None:
            super().__init__()
            self.fold = fold
            self.is_open = is_open

    is_open = False

    def __init__(self, fold: Fold) -> None:
        super().__init__(id=f"fold-{fold}")
        self.fold = fold

    def on_mount(self) -> None:
        self._draw()

    def watch_has_focus(self, has_focus: bool) -> None:
        # The events of focus come before it is known to the widget itself.
        super().watch_has_focus(has_focus)
        self._draw()

    def on_click(self) -> None:
        self.action_toggle_more()

    def open(self) -> None:
        """Says that they are shown, without asking for it."""
        self.is_open = True
        self._draw()

    def action_toggle_more(self) -> None:
        self.is_open = not self.is_open
        self._draw()
        self.post_message(self.Toggled(self.fold, is_open=self.is_open))

    def _draw(self) -> None:
        arrow = "▾" if self.is_open else "▸"
        style = "key" if self.has_focus else "muted"
        self.show([(f" {arrow} {self._word()}", style), (f"  {FOLDS[self.fold]}", "muted")], base="row")

    def _word(self) -> str:
        if self.fold == "alerts":
            return "Alerts"
        return "Less" if self.is_open else "More"
