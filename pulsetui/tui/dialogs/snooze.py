"""The question how long to snooze, and what: the checks chosen, one of their tags, everything."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Key
from textual.widgets import Input

from pulsetui.client.views import CheckView
from pulsetui.core.state.snooze import Snooze, SnoozeChoice, snooze_choices
from pulsetui.core.text.phrases import instant_text, span_text
from pulsetui.tui.base.answers import MAX_NOTE_LENGTH, SnoozeAnswer, SnoozeTarget
from pulsetui.tui.base.dialog import Dialog
from pulsetui.tui.draw.hints import Hint
from pulsetui.tui.draw.lines import Line, Span, cut, name_of, pad, plain
from pulsetui.tui.draw.paint import LineList, OneLine
from pulsetui.tui.draw.words import paragraph

END = "0"
_MAX_TAGS = 6
_MIN_COLUMNS = 50
_ROOMY = 16  # rows


def snooze_targets(views: Sequence[CheckView], tag: str = "") -> list[SnoozeTarget]:
    """What is offered: ``tag`` first when its heading was meant, then the checks, their tags, everything."""
    targets = []
    tags = list(dict.fromkeys([*([tag] if tag else []), *(tag for view in views for tag in view.tags)]))
    for_tags = [SnoozeTarget("tag", (tag,), f"tag {plain(tag)}") for tag in tags[:_MAX_TAGS]]
    if views:
        label = f'"{cut(name_of(views[0]), 30)}"' if len(views) == 1 else f"{len(views)} checks"
        targets.append(SnoozeTarget("check", tuple(view.slug for view in views), label))
    targets = [*for_tags[:1], *targets, *for_tags[1:]] if tag else [*targets, *for_tags]
    return [*targets, SnoozeTarget("everything", (), "everything")]


class SnoozeDialog(Dialog[SnoozeAnswer | None]):
    """Answers with None when the person thought better of it."""

    KEYS = (Hint("Enter", "snooze"), Hint("←→", "scope"), Hint("Tab", "note"), Hint("Esc", "cancel"))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", show=False),
        Binding("left", "target(-1)", "Previous scope", show=False),
        Binding("right", "target(1)", "Next scope", show=False),
        Binding("tab,shift+tab", "other", "Note or length", show=False, priority=True),
    ]

    def __init__(
        self,
        targets: Sequence[SnoozeTarget],
        snoozes: Sequence[Snooze],
        now: datetime,
        zone: tzinfo,
        clock: str = "",
    ) -> None:
        """``clock`` says whose the times are, where that is not plain: ``times in Europe/Riga``."""
        super().__init__()
        self._clock = clock
        self._targets, self._snoozes = targets, snoozes
        self._now, self._zone = now, zone
        self._at = self._first()
        self._choices = snooze_choices(now, zone)

    def _first(self) -> int:
        """The target that a snooze holds already, so that its end is at hand; else what was meant."""
        by_tag = self._targets[0].scope == "tag"  # a heading was meant: its single checks were not
        held = [
            at
            for at, target in enumerate(self._targets)
            if not (by_tag and target.scope == "check") and target.running(self._snoozes, self._now)
        ]
        return held[0] if held else 0

    @property
    def target(self) -> SnoozeTarget:
        return self._targets[self._at]

    def contents(self) -> ComposeResult:
        box = Vertical(classes="dialog")
        box.border_title = "Snooze"
        with box:
            yield OneLine(id="what")
            yield LineList(base="panel", id="lengths")
            note = Input(
                placeholder="A note for the others (optional)",
                compact=True,
                max_length=MAX_NOTE_LENGTH,
                id="note",
            )
            note.cursor_blink = False
            yield note

    def on_mount(self) -> None:
        self.query_one("#lengths", LineList).focus()
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        self.query_one("#what", OneLine).show(self._what(), base="panel")
        lengths = self.query_one("#lengths", LineList)
        width = max(lengths.size.width - 1, 20)
        lines: list[Line] = [()] if self.size.height >= _ROOMY else []
        keys: list[object] = [None] * len(lines)
        for number, choice in enumerate(self._choices, 1):
            lines.append(self._choice_line(str(number), choice, width))
            keys.append(str(number))
        running = self.target.running(self._snoozes, self._now)
        if running:
            left = _span(max(one.until for one in running), self._now)
            lines.append(((f" {END}  ", "key"), ("end the snooze", "strong"), (f"  {left} left", "muted")))
            keys.append(END)
        words = paragraph(self._about(), "muted", width)
        lines += [(), *words]
        if self._clock:
            lines += paragraph(f"All {self._clock}.", "muted", width)
        keys += [None] * (len(lines) - len(keys))
        lengths.styles.height = min(len(lines), max(self.size.height - 6, 3))
        lengths.show(lines, keys)

    def _about(self) -> str:
        """What a snooze does to the target, and which other one holds already."""
        target = self.target
        one = target.scope == "check" and len(target.names) == 1
        whom = {
            "check": "it" if one else "them",
            "tag": f"checks with the {target.label}",
            "everything": "any check",
        }
        said = f"No alerts for {whom[target.scope]} until then."
        said += " It is still checked and shown." if one else " They are still checked and shown."
        for other in self._targets:
            if other is not target and other.running(self._snoozes, self._now):
                said += f" {other.label[:1].upper()}{other.label[1:]} is snoozed too: → selects it."
        return said

    def _what(self) -> Line:
        """The targets side by side, the chosen one in brackets; with little room that one alone."""
        spans: list[Span] = []
        for at, target in enumerate(self._targets):
            on = at == self._at
            spans.append(
                (f"[{target.label}]" if on else f" {target.label} ", "head-sorted" if on else "muted")
            )
        width = self.query_one("#what", OneLine).size.width
        if sum(len(text) for text, _ in spans) > width:
            return (("‹ ", "key"), (cut(self.target.label, max(width - 4, 4)), "head-sorted"), (" ›", "key"))
        return tuple(spans)

    def _choice_line(self, key: str, choice: SnoozeChoice, width: int) -> Line:
        """The length and when it ends, in columns where there is room: when it ends is never cut."""
        label = pad(choice.label, 24) if width >= _MIN_COLUMNS else f"{choice.label}  "
        if choice.label.startswith("until"):
            more = _span(choice.until, self._now)
            more += " from now" if 4 + cell_len(label) + len(more) + 9 <= width else ""
        else:
            more = f"until {instant_text(choice.until, self._zone, self._now).removeprefix('today ')}"
        return ((f" {key}  ", "key"), (label, "strong"), (more, "muted"))

    def on_key(self, event: Key) -> None:
        """A digit chooses at once, as long as no note is being written."""
        if event.key.isdigit() and not self.query_one("#note", Input).has_focus:
            event.stop()
            self._choose(event.key)

    def on_line_list_chosen(self, message: LineList.Chosen) -> None:
        self._choose(str(message.key))

    def on_input_submitted(self) -> None:
        self._choose(str(self.query_one("#lengths", LineList).key))

    def action_cancel(self) -> None:
        self.dismiss(None)

    def action_target(self, by: int) -> None:
        self._at = (self._at + by) % len(self._targets)
        self._draw()

    def action_other(self) -> None:
        lengths, note = self.query_one("#lengths", LineList), self.query_one("#note", Input)
        (lengths if note.has_focus else note).focus()

    def _choose(self, key: str) -> None:
        note = self.query_one("#note", Input).value.strip()
        if key == END:
            if self.target.running(self._snoozes, self._now):
                self.dismiss(SnoozeAnswer(self.target, None, note))
        elif key.isdigit() and 0 < int(key) <= len(self._choices):
            self.dismiss(SnoozeAnswer(self.target, self._choices[int(key) - 1].until, note))


def _span(until: datetime, now: datetime) -> str:
    return span_text((until - now).total_seconds())
