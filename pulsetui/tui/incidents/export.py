"""Asks where a report goes. A file that is there already is overwritten only after a second, plain yes."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from pulsetui.errors import in_words
from pulsetui.tui.base.dialog import Dialog
from pulsetui.tui.draw.hints import Hint
from pulsetui.tui.draw.lines import Line, cut, plain, width_of
from pulsetui.tui.draw.words import Words, paragraph

_TO_DO = ("Enter saves it, Esc cancels.", "muted")


class ExportDialog(Dialog[Path | None]):
    """Answers with the path, or None when the person thought better of it."""

    KEYS = (Hint("Enter", "save"), Hint("Esc", "cancel"))
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel", show=False)]

    def __init__(self, what: str, path: str) -> None:
        super().__init__()
        self._what = what
        self._path = path
        self._asked_about: Path | None = None  # there is such a file, and the person has been told
        self._said = _TO_DO

    def contents(self) -> ComposeResult:
        box = Vertical(classes="dialog")
        box.border_title = "Export the report"
        with box:
            yield Words(self._words)
            entry = Input(self._path, compact=True, max_length=4_096, id="path", select_on_focus=False)
            entry.cursor_blink = False
            yield entry

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def _say(self, text: str, style: str) -> None:
        self._said = (text, style)
        self.query_one(Words).say(self._words)

    def _words(self, width: int) -> list[Line]:
        what: Line = (("Incident ", "text"), (self._what, "strong"), (" as Markdown", "text"))
        if width_of(what) > width:
            what = (("Incident ", "text"), (cut(self._what, max(width - 9, 4)), "strong"))
        return [what, *paragraph(*self._said, width)]

    def on_input_changed(self) -> None:
        if self._asked_about is not None:
            self._asked_about = None
            self._say(*_TO_DO)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if not text:
            self._say("Enter the name of a file, like ./report.md", "warning")
            return
        try:
            path = Path(text).expanduser()
            problem = _problem(path)
            exists = path.exists()
        except (OSError, RuntimeError, ValueError) as error:
            self._say(plain(in_words(error)), "warning")
            return
        if problem:
            self._say(problem, "warning")
        elif exists and path != self._asked_about:
            self._asked_about = path
            self._say("This file exists. Enter again overwrites it, Esc cancels.", "warning")
        else:
            self.dismiss(path)

    def action_cancel(self) -> None:
        self.dismiss(None)


def _problem(path: Path) -> str:
    if path.is_dir():
        return f"{plain(str(path))} is a folder: add the name of a file"
    if not path.parent.is_dir():
        return f"there is no folder {plain(str(path.parent))}"
    return ""
