"""What is asked before an action runs, and before the screen is left while some still run."""

from __future__ import annotations

from collections.abc import Sequence

from pulsetui.client.views import CheckView
from pulsetui.config.tables.actions import ActionConfig
from pulsetui.core.text.phrases import count_text
from pulsetui.tui.dialogs.question import Question, QuestionAnswer
from pulsetui.tui.draw.hints import Hint
from pulsetui.tui.draw.lines import Line, cut, name_of, plain, wrap
from pulsetui.tui.draw.words import paragraph

_MAX_LINES = 8
_NAMED = 4


class RunQuestion(Question):
    """Shows the command as it would run. Answers "keep" or "run"."""

    KEYS = (Hint("y", "run"), Hint("n", "no"), Hint("←→ Enter", "choose"), Hint("Esc", "no"))
    TITLE_WORDS = "Run an action"
    ANSWERS = (QuestionAnswer("keep", "No", "primary"), QuestionAnswer("run", "Run"))

    def __init__(self, action: ActionConfig, command: str, view: CheckView | None, doubt: str) -> None:
        """``doubt`` says who else could have written it; "" when nobody."""
        super().__init__()
        self._action = action
        self._command = command
        self._view = view
        self._doubt = doubt

    def words(self, width: int) -> list[Line]:
        of = "" if self._view is None else f' for "{cut(name_of(self._view), max(width - 20, 8))}"'
        command = [part for line in self._command.splitlines() for part in wrap(plain(line), width - 2)]
        left_out = command[_MAX_LINES:]
        lines: list[Line] = [(("Run ", "text"), (plain(self._action.name), "strong"), (f"{of}?", "text")), ()]
        lines += [((f"  {line}", "accent"),) for line in command[:_MAX_LINES]]
        if left_out:
            lines.append(((f"  and {count_text(len(left_out), 'line')} more", "muted"),))
        if self._doubt:
            lines += [(), *paragraph(plain(self._doubt), "warning", width)]
        return lines


class LeaveRunningQuestion(Question):
    """Answers "keep" or "leave"."""

    KEYS = (Hint("y", "leave"), Hint("n", "stay"), Hint("←→ Enter", "choose"), Hint("Esc", "stay"))
    TITLE_WORDS = "Actions are still running"
    ANSWERS = (QuestionAnswer("keep", "Stay", "primary"), QuestionAnswer("leave", "Leave"))

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._names = names

    def words(self, width: int) -> list[Line]:
        lines: list[Line] = [((cut(f"▶ {name}", width), "running"),) for name in self._names[:_NAMED]]
        if len(self._names) > _NAMED:
            lines.append(((f"and {len(self._names) - _NAMED} more", "muted"),))
        said = "They are told that the terminal has closed (SIGHUP), which ends most programs."
        if len(self._names) == 1:
            said = "It is told that the terminal has closed (SIGHUP), which ends most programs."
        return [*lines, (), *paragraph(said, "text", width)]
