"""Questions with buttons. The safe answer has the focus: nothing is lost by a bare Enter, n, q or Esc."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Literal

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button

from pulsetui.client.views import CheckView
from pulsetui.core.text.phrases import count_text
from pulsetui.tui.base.dialog import Dialog
from pulsetui.tui.draw.hints import Hint
from pulsetui.tui.draw.lines import Line, cut, name_of
from pulsetui.tui.draw.words import Words, paragraph


class QuestionAnswer(Struct, frozen=True):
    """One of the buttons."""

    id: str  # what the dialog answers with
    label: str
    variant: Literal["primary", "default", "error"] = "default"


class Question(Dialog[str]):
    """Answers with the id of a button: the first of ``ANSWERS`` is the safe one, the last is what y says."""

    TITLE_WORDS: ClassVar[str]
    ANSWERS: ClassVar[Sequence[QuestionAnswer]]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(-1)", "Yes", show=False),
        Binding("n,q,escape", "answer(0)", "No", show=False),
        Binding("right,l", "app.focus_next", "Next answer", show=False),
        Binding("left,h", "app.focus_previous", "Previous answer", show=False),
    ]

    def contents(self) -> ComposeResult:
        box = Vertical(classes="dialog")
        box.border_title = self.TITLE_WORDS
        with box:
            yield Words(self.words)
            with Horizontal(classes="buttons"):
                for answer in self.ANSWERS:
                    yield Button(answer.label, id=answer.id, variant=answer.variant, compact=True)

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(f"#{self.ANSWERS[0].id}").focus()

    @abstractmethod
    def words(self, width: int) -> list[Line]:
        """What is asked, and what comes of it."""

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id)

    def action_answer(self, index: int) -> None:
        self.dismiss(self.ANSWERS[index].id)


class DeleteDialog(Question):
    """Names the check. Answers "keep" or "delete"."""

    KEYS = (Hint("y", "delete"), Hint("n", "keep it"), Hint("←→ Enter", "choose"), Hint("Esc", "keep it"))
    TITLE_WORDS = "Delete a check"
    ANSWERS = (QuestionAnswer("keep", "Keep it", "primary"), QuestionAnswer("delete", "Delete", "error"))

    def __init__(self, view: CheckView) -> None:
        super().__init__()
        self._view = view

    def words(self, width: int) -> list[Line]:
        view = self._view
        name = cut(name_of(view), max(width - 10, 4))
        said = (
            f"[checks.{view.slug}] is removed from checks.toml. Its {count_text(view.n_pings, 'ping')} and "
            "its incidents are no longer shown, and further pings for it are refused."
        )
        question: Line = (("Delete ", "text"), (f'"{name}"', "strong"), ("?", "text"))
        return [question, *paragraph(said, "muted", width)]


class DiscardDialog(Question):
    """Asks before typed text is thrown away. Answers "keep", "save" or "discard"."""

    KEYS = (
        Hint("ctrl+s", "save"),
        Hint("y", "discard"),
        Hint("n", "keep editing"),
        Hint("←→ Enter", "choose"),
        Hint("Esc", "keep editing"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "answer(1)", "Save", show=False)]
    TITLE_WORDS = "Leave the form"
    ANSWERS = (
        QuestionAnswer("keep", "Keep editing", "primary"),
        QuestionAnswer("save", "Save"),
        QuestionAnswer("discard", "Discard", "error"),
    )

    def words(self, width: int) -> list[Line]:
        return paragraph("You have unsaved changes. Discard them?", "text", width)
