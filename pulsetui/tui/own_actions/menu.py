"""The list of a person's own actions for one check, each with the command as it would run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, cast

from msgspec import Struct
from textual.binding import Binding, BindingType
from textual.events import Key

from pulsetui.config.tables.actions import ActionConfig, menu_keys
from pulsetui.tui.base.dialog import ListDialog
from pulsetui.tui.draw.hints import Hint
from pulsetui.tui.draw.lines import Line, cut, plain, wrap
from pulsetui.tui.draw.paint import LineList
from pulsetui.tui.draw.words import paragraph
from pulsetui.tui.own_actions.beside import BesideRun
from pulsetui.tui.own_actions.facts import command_of
from pulsetui.tui.own_actions.how_it_went import run_line

MAX_COMMAND_LINES = 3
_TEACHES = (
    "checks.toml has no actions yet. What you write there is at hand here, for every check. To see the last"
    " lines of its log, for one (docs/actions.md has more):"
)
_EXAMPLE = ("[actions.log]", 'command = "ssh {host} journalctl -n 100 -u {slug}"')
_INDENT = "    "


class MenuEntry(Struct, frozen=True):
    """An action as it would run on the check."""

    action: ActionConfig
    command: str  # "" where it cannot run
    why_not: str = ""


def entries_for(actions: Sequence[ActionConfig], facts: Mapping[str, str]) -> list[MenuEntry]:
    """The actions with the facts of the check in them."""
    return [MenuEntry(action, *command_of(action, facts)) for action in actions]


class ActionsMenu(ListDialog[MenuEntry | BesideRun | None]):
    """Answers with what was chosen: an action, or a run to look at again."""

    TITLE_WORDS = "Actions"
    KEYS = (Hint("Enter", "run"), Hint("j k", "move"), Hint("Esc", "close"))
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,!", "dismiss", "Close", show=False)]

    def __init__(
        self,
        of: str,
        entries: Sequence[MenuEntry],
        runs: Sequence[BesideRun],
        problems: Sequence[str],
        now: datetime,
    ) -> None:
        """``of`` names the check, "" without one. ``problems`` are sentences, shown first."""
        super().__init__()
        self._of = of
        by_name = {entry.action.name: entry for entry in entries}
        keys = menu_keys([entry.action for entry in entries])
        self._keys = {key: by_name[action.name] for key, action in keys.items()}
        self._entries = entries
        self._runs = runs
        self._problems = problems
        self._now = now

    def _draw(self) -> None:
        shown = self.query_one(LineList)
        width = max(shown.size.width - 1, 20)
        lines: list[Line] = (
            [(("For ", "muted"), (cut(self._of, width - 4), "strong")), ()] if self._of else []
        )
        keys: list[object] = []
        for problem in self._problems:
            lines += paragraph(plain(problem), "warning", width)
        keys += [None] * len(lines)
        for entry in self._entries:
            made = self._entry_lines(entry, width)
            lines += made
            keys += [entry, *[None] * (len(made) - 1)]
        if not self._entries and not self._problems:
            lines += paragraph(_TEACHES, "text", width)
            lines += [
                (),
                *(((f"{_INDENT}{line}", "accent"),) for text in _EXAMPLE for line in wrap(text, width - 4)),
            ]
        if self._runs:
            lines += [(), (("Run here", "title"),)]
        keys += [None] * (len(lines) - len(keys))
        for run in self._runs:
            lines.append(run_line(run, width, self._now))
            keys.append(run)
        shown.styles.height = min(len(lines), max(self.size.height - 5, 3))
        shown.show(lines, keys)

    def _entry_lines(self, entry: MenuEntry, width: int) -> list[Line]:
        action = entry.action
        key = next((key for key, one in self._keys.items() if one is entry), " ")
        style = "muted" if entry.why_not else "strong"
        lines: list[Line] = [((f" {key}  ", "key"), (plain(action.name), style))]
        if action.desc:
            lines[0] = (
                *lines[0],
                (cut(f"  {plain(action.desc)}", max(width - 4 - len(action.name), 0)), "text"),
            )
        text, style = (entry.why_not, "warning") if entry.why_not else (entry.command, "accent")
        made = [part for line in text.splitlines() for part in wrap(plain(line), width - len(_INDENT))]
        if len(made) > MAX_COMMAND_LINES:
            made = [*made[: MAX_COMMAND_LINES - 1], f"{made[MAX_COMMAND_LINES - 1][: width - 6]}…"]
        return [*lines, *(((f"{_INDENT}{line}", style),) for line in made)]

    def on_line_list_chosen(self, message: LineList.Chosen) -> None:
        self._choose(cast("MenuEntry | BesideRun", message.key))

    def on_key(self, event: Key) -> None:
        entry = self._keys.get(event.character or "")
        if entry is not None:
            event.stop()
            self._choose(entry)

    def _choose(self, chosen: MenuEntry | BesideRun) -> None:
        if isinstance(chosen, MenuEntry) and chosen.why_not:
            self.app.bell()
            return
        self.dismiss(chosen)
