"""Help made from the keys that are active, and any other text to read over the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen

from pulsetui.monitor.view import EngineInfo, Notice
from pulsetui.tui.lines import Line, Span, pad, plain, wrap
from pulsetui.tui.paint import LineList
from pulsetui.tui.widgets.hints import Hint, Hints
from pulsetui.tui.widgets.notices import SIGNS

_KEY_CELLS = 16
_TEXT_CELLS = 62
_SPELLED = {
    "up": "↑", "down": "↓", "left": "←", "right": "→", "escape": "Esc", "enter": "Enter", "space": "Space",
    "pagedown": "PgDn", "pageup": "PgUp", "home": "Home", "end": "End", "colon": ":", "slash": "/",
    "question_mark": "?", "tab": "Tab", "shift+tab": "⇧Tab",
}  # fmt: skip


class HelpScreen(ModalScreen[None]):
    """Lines to read; any of the closing keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter", "dismiss", "Close", show=False)
    ]

    def __init__(self, lines: Sequence[Line], *, title: str = "Keys") -> None:
        super().__init__()
        self._lines = lines
        self._title = title

    def compose(self) -> ComposeResult:
        box = Vertical(classes="dialog")
        box.border_title = self._title
        with box:
            yield LineList(base="panel")
        yield Hints(id="hints")

    def on_mount(self) -> None:
        lines = self.query_one(LineList)
        lines.show(self._lines)
        lines.focus()
        self.query_one(Hints).offer([Hint("j k", "scroll"), Hint("Esc", "close")])


def help_lines(screen: Screen[None]) -> list[Line]:
    """The keys that work on ``screen`` now, grouped by what they belong to."""
    groups: dict[str, dict[str, tuple[list[str], str]]] = {}
    for key, active in screen.active_bindings.items():
        binding = active.binding
        about = binding.tooltip or binding.description
        if not about or binding.system or binding.id is None:
            continue  # what has no id is Textual's own and works as everywhere
        if active.node is screen.focused:
            group = "In the list"
        elif active.node is screen:
            group = "Here"
        else:
            group = "Everywhere"
        keys, _ = groups.setdefault(group, {}).setdefault(binding.action, ([], about))
        keys.append(spelled(binding.key_display or key))
    lines: list[Line] = []
    for group in ("Here", "In the list", "Everywhere"):
        if group not in groups:
            continue
        if lines:
            lines.append(())
        lines.append(((group, "title"),))
        for keys, about in groups[group].values():
            shown = " ".join(dict.fromkeys(keys))
            texts = wrap(about, _TEXT_CELLS)
            lines.append(((pad(shown, _KEY_CELLS), "key"), (texts[0], "text")))
            lines += [((" " * _KEY_CELLS, "text"), (more, "text")) for more in texts[1:]]
    return lines


def notices_lines(notices: Sequence[Notice], info: EngineInfo) -> list[Line]:
    """Every notice in full, what was refused and why, and what the engine says of itself."""
    lines: list[Line] = []
    for notice in notices:
        sign, style = SIGNS[notice.level]
        for at, text in enumerate(wrap(plain(notice.text), _TEXT_CELLS + _KEY_CELLS - 4)):
            lead: Span = (f"{sign}  ", style) if at == 0 else ("   ", "text")
            lines.append((lead, (text, "text")))
        lines.append(())
    if not notices:
        lines += [(("There are no notices: nothing needs reading.", "text"),), ()]
    lines += _refused_lines(info)
    facts = [
        ("Listener", info.address or "none"),
        ("Configuration", info.config_path),
        ("State", info.state_dir),
        ("Version", f"{info.version}, process {info.pid}"),
        ("Pings taken", f"{info.pings} since the engine started"),
    ]
    lines += [((pad(plain(name), 22), "muted"), (plain(value), "text")) for name, value in facts]
    return lines


def _refused_lines(info: EngineInfo) -> list[Line]:
    """Requests that were not answered OK, by what they were told, most frequent first."""
    if not info.rejected:
        return []
    total = sum(info.rejected.values())
    lines: list[Line] = [(("Refused since the engine started", "title"), (f"  {total}", "strong"))]
    for why, count in sorted(info.rejected.items(), key=lambda item: (-item[1], item[0])):
        head = pad(str(count), 6, "right")
        for text in wrap(plain(why), _TEXT_CELLS + _KEY_CELLS - 9):
            lines.append(((head, "warning"), ("  ", "text"), (text, "text")))
            head = " " * 6
    return [*lines, ()]


def spelled(key: str) -> str:
    """A key as a person reads it: ``⌃d`` would need a legend, ``ctrl+d`` does not."""
    return _SPELLED.get(key, key)
