"""Asks where a report goes. A file that is there already is overwritten only after a second, plain yes."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from pulsetui.tui.lines import Line, cut_middle, plain
from pulsetui.tui.paint import LineList

_WIDTH = 64


class _Words(LineList, can_focus=False):
    DEFAULT_CSS = "_Words { height: 2; }"


class ExportDialog(ModalScreen[Path | None]):
    """Answers with the path, or None when the person thought better of it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel", show=False)]

    def __init__(self, what: str, path: str) -> None:
        super().__init__()
        self._what = what
        self._path = path
        self._asked_about: Path | None = None  # there is such a file, and the person has been told

    def compose(self) -> ComposeResult:
        box = Vertical(classes="dialog")
        box.border_title = "Export the report"
        with box:
            yield _Words(base="panel")
            entry = Input(self._path, compact=True, id="path", select_on_focus=False)
            entry.cursor_blink = False
            yield entry

    def on_mount(self) -> None:
        self._say("Enter writes it, Esc leaves it.", "muted")
        self.query_one(Input).focus()

    def _say(self, text: str, style: str) -> None:
        lines: list[Line] = [
            (("Incident ", "text"), (self._what, "strong"), (" as Markdown", "text")),
            ((text, style),),
        ]
        self.query_one(_Words).show(lines)

    def on_input_changed(self) -> None:
        if self._asked_about is not None:
            self._asked_about = None
            self._say("Enter writes it, Esc leaves it.", "muted")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if not text:
            self._say("Write the name of a file, like ./report.md", "warning")
            return
        try:
            path = Path(text).expanduser()
            problem = _problem(path)
            exists = path.exists()
        except (OSError, RuntimeError, ValueError) as error:
            self._say(plain(f"{error}"), "warning")
            return
        if problem:
            self._say(problem, "warning")
        elif exists and path != self._asked_about:
            self._asked_about = path
            self._say("This file exists. Enter again overwrites it, Esc leaves it.", "warning")
        else:
            self.dismiss(path)

    def action_cancel(self) -> None:
        self.dismiss(None)


def _problem(path: Path) -> str:
    if path.is_dir():
        return f"{cut_middle(plain(str(path)), _WIDTH - 30)} is a folder: add the name of a file"
    if not path.parent.is_dir():
        return f"there is no folder {cut_middle(plain(str(path.parent)), _WIDTH - 22)}"
    return ""
