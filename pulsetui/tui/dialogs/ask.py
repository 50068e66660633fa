"""The small dialogs: acknowledge with a note, copy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Checkbox, Input

from pulsetui.client.status_words import word_for
from pulsetui.client.views import CheckView, EngineInfo
from pulsetui.core.state.status import SILENCE
from pulsetui.tui.base.answers import MAX_NOTE_LENGTH, Known
from pulsetui.tui.base.background import in_background
from pulsetui.tui.base.dialog import Dialog, ListDialog
from pulsetui.tui.draw.hints import Hint
from pulsetui.tui.draw.lines import Line, cut, name_of, plain, wrap
from pulsetui.tui.draw.paint import LineList
from pulsetui.tui.draw.words import Words, paragraph

if TYPE_CHECKING:
    from pulsetui.tui.base.services import Services

_NAMED = 6
_ENDS = re.compile(r"(?<=\.) |; ")
_WIDE = 52  # cells: from here the box says all of it in one line


class Box(Checkbox, inherit_bindings=False):
    """A box that Space ticks: Enter is the answer of its dialog."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "toggle_button", "Tick", show=False)]
    # All of it inside: Textual paints what is left and right of it in its own ground, for half blocks.
    BUTTON_LEFT, BUTTON_INNER, BUTTON_RIGHT = "", "[ ]", ""

    def watch_value(self) -> None:
        """An X that is only dimmed says nothing without colours."""
        self.BUTTON_INNER = "[x]" if self.value else "[ ]"
        super().watch_value()


class AcknowledgeDialog(Dialog[Known | None]):
    """Asks for an optional note; answers with it, or None when the person thought better of it."""

    KEYS = (Hint("Enter", "acknowledge"), Hint("Tab Space", "any reason"), Hint("Esc", "cancel"))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", show=False),
        Binding("enter", "answer", "Acknowledge", show=False),
    ]

    def __init__(self, views: Sequence[CheckView]) -> None:
        super().__init__()
        self._views = views

    def contents(self) -> ComposeResult:
        box = Vertical(classes="dialog")
        box.border_title = "Acknowledge"
        with box:
            yield Words(self._words)
            note = Input(
                placeholder="A note for the others (optional)",
                compact=True,
                max_length=MAX_NOTE_LENGTH,
                id="note",
            )
            note.cursor_blink = False
            yield note
            wide = self.app.size.width >= _WIDE
            label = "Stay acknowledged whatever else goes wrong" if wide else "Even if something else fails"
            yield Box(label, compact=True, id="any-reason")

    def _words(self, width: int) -> list[Line]:
        named = _NAMED if self.size.height >= 16 else 1
        lines: list[Line] = []
        for view in self._views[:named]:
            word = f"  {word_for(view.status, view.reason)}"
            name = cut(name_of(view), max(width - 2 - len(word), 4))
            lines.append((("✖ ", "down"), (name, "strong"), (word, "down")))
        if len(self._views) > named:
            lines.append(((f"and {len(self._views) - named} more", "muted"),))
        rows = (
            "row loses its alarm colour until the check recovers or something else goes wrong"
            if len(self._views) == 1
            else "rows lose their alarm colour until the checks recover or something else goes wrong"
        )
        return [*lines, *paragraph(f"The {rows}. Enter acknowledges, Esc cancels.", "muted", width)]

    def on_input_submitted(self, _: Input.Submitted) -> None:
        self.action_answer()

    def action_answer(self) -> None:
        note = self.query_one("#note", Input).value.strip()
        self.dismiss(Known(note, self.query_one(Box).value))

    def action_cancel(self) -> None:
        self.dismiss(None)


class Choice(Struct, frozen=True):
    """One thing to copy."""

    key: str
    label: str
    text: str
    note: str = ""  # a sentence for the person, not part of the text


def copy_choices(view: CheckView, info: EngineInfo) -> list[Choice]:
    """What is worth copying of a check. Without a listener there is nothing to call, only the names."""
    from pulsetui.recipes.recipes import BY_ID, curl_line, times_notes
    from pulsetui.tui.ways.target import target_of

    choices = []
    if info.base_url:
        target = target_of(view, info)
        note = " ".join(times_notes(target))
        choices = [
            Choice("c", "curl line", curl_line(target)),
            Choice("t", "crontab line", BY_ID["cron"].text(target), note),
            Choice("r", "crontab, wrapped", BY_ID["run"].text(target), note),
            Choice("u", "ping URL", target.url),
            Choice("d", "ping URL, by uuid", plain(info.uuid_url(view.uuid))),
        ]
    if view.reason in SILENCE:
        choices.append(Choice("m", "make up for what was missed", f"pulsetui catch-up {view.slug} --run"))
    return [*choices, Choice("s", "slug", view.slug), Choice("i", "uuid", view.uuid)]


class CopyMenu(ListDialog[None]):
    """The texts stand there to be selected by hand as well: no terminal says whether it took the copy."""

    TITLE_WORDS = "Copy"
    KEYS = (Hint("Enter", "copy"), Hint("j k", "move"), Hint("Esc", "close"))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,y", "dismiss", "Close", show=False),
        *(Binding(key, f"copy('{key}')", "Copy", show=False) for key in "ctrudmsi"),
    ]

    def __init__(self, choices: Sequence[Choice]) -> None:
        super().__init__()
        self._choices = {choice.key: choice for choice in choices}

    def _draw(self) -> None:
        chosen = self.query_one(LineList)
        width = max(chosen.size.width, 20)
        lines: list[Line] = []
        keys: list[object] = []
        choices = list(self._choices.values())
        for choice, following in zip(choices, [*choices[1:], choices[0]], strict=True):
            lines.append(((f" {choice.key}  ", "key"), (choice.label, "strong")))
            keys.append(choice.key)
            for text in (part for line in choice.text.splitlines() for part in wrap(line, width - 5)):
                lines.append((("    ", "text"), (text, "accent")))
                keys.append(None)
            # What two neighbours share is said once, behind the second.
            note = choice.note if choice.note != following.note else ""
            for text in wrap(note, width - 5) if note else ():
                lines.append((("    ", "text"), (text, "muted")))
                keys.append(None)
        said = paragraph("Press the letter, or Enter on a line; or select the text by hand.", "muted", width)
        lines += [(), *said]
        keys += [None] * (len(said) + 1)
        chosen.styles.height = min(len(lines), max(self.size.height - 5, 3))
        chosen.show(lines, keys)

    def on_line_list_chosen(self, message: LineList.Chosen) -> None:
        self.action_copy(str(message.key))

    def action_copy(self, key: str) -> None:
        choice = self._choices.get(key)
        if choice is not None:
            in_background(self, partial(self._copy, choice), group="copy")

    async def _copy(self, choice: Choice) -> None:
        services = cast("Services", self.app)
        where = await services.copy(choice.text)
        said = f"{choice.label.capitalize()}: {where}"
        services.say(f"{said}. {_first_sentence(choice.note)}" if choice.note else said)
        if self.is_current:
            self.dismiss()


def _first_sentence(note: str) -> str:
    """What has to be said once more; the rest stood in the menu, and stands in a remark behind the line."""
    first = _ENDS.split(note, maxsplit=1)[0]
    return first if first.endswith(".") else f"{first}."
