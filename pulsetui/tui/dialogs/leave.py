"""The question before the screen ends and the engine with it: does the watching go on?"""

from __future__ import annotations

from typing import ClassVar, Literal, cast

from textual.binding import Binding, BindingType

from pulsetui.core.text.phrases import count_text
from pulsetui.tui.base.dialog import ListDialog
from pulsetui.tui.draw.hints import Hint
from pulsetui.tui.draw.lines import Line, wrap
from pulsetui.tui.draw.paint import LineList
from pulsetui.tui.draw.words import paragraph

Answer = Literal["quit", "background", "back"]

_ANSWERS: tuple[tuple[Answer, str, str], ...] = (
    ("back", "Esc", "back: go on as before"),
    ("background", "b", "keep watching in the background, as pulsetui serve does"),
    ("quit", "q", "quit: stop watching"),
)
"""The cursor stands on the first: a bare Enter changes nothing."""


class LeaveDialog(ListDialog[Answer]):
    """Says what ends with the screen. Two presses of q quit, as fast as anybody types them."""

    TITLE_WORDS = "Stop watching?"
    KEYS = (Hint("q", "quit"), Hint("b", "background"), Hint("Esc", "back"))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,y,ctrl+q", "answer('quit')", "Quit", show=False, priority=True),
        Binding("b", "answer('background')", "Keep watching", show=False),
        Binding("escape,n", "answer('back')", "Back", show=False),
    ]

    def __init__(self, total: int) -> None:
        """``total`` checks are watched."""
        super().__init__()
        self._total = total

    def _draw(self) -> None:
        answers = self.query_one(LineList)
        width = max(answers.size.width, 20)
        checks = f"watches {count_text(self._total, 'check')} and " if self._total else ""
        said = f"The engine that {checks}receives the pings runs in this screen and ends with it."
        lines: list[Line] = paragraph(said, "text", width)
        if self.size.height >= 16:
            lines.append(())
        keys: list[object] = [None] * len(lines)
        for answer, key, text in _ANSWERS:
            for index, line in enumerate(wrap(text, width - 6)):
                lines.append(((f" {key if index == 0 else '':<5}", "key"), (line, "strong")))
                keys.append(answer if index == 0 else None)
        answers.styles.height = min(len(lines), max(self.size.height - 3, 3))
        answers.show(lines, keys)

    def on_line_list_chosen(self, message: LineList.Chosen) -> None:
        self.dismiss(cast("Answer", message.key))

    def action_answer(self, answer: Answer) -> None:
        self.dismiss(answer)
