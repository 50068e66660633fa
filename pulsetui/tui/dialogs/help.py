"""Help made from the keys that are active, and any other text to read over the screen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import ClassVar

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import Vertical
from textual.keys import key_to_character
from textual.screen import Screen

from pulsetui.client.views import EngineInfo, Notice
from pulsetui.tui.base.dialog import Dialog
from pulsetui.tui.base.keys import name_in_keys
from pulsetui.tui.draw.hints import Hint
from pulsetui.tui.draw.lines import Line, Span, fit, pad, plain, wrap
from pulsetui.tui.draw.paint import LineList
from pulsetui.tui.draw.reader import TextView
from pulsetui.tui.draw.status import NOTICE_SIGNS
from pulsetui.tui.draw.words import LayOut, paragraph

_KEY_CELLS, _FEW_KEY_CELLS = 16, 9
_MIN_NAMES = 60
_ABOUT_NAMES = "On the right are the names to use under [keys] in checks.toml, to set keys of your own."
_FUNCTION_KEY = re.compile(r"f\d+")
_WIDTH = 86  # as in app.tcss
_SPELLED = {
    "up": "↑", "down": "↓", "left": "←", "right": "→", "escape": "Esc", "enter": "Enter", "space": "Space",
    "pagedown": "PgDn", "pageup": "PgUp", "home": "Home", "end": "End", "tab": "Tab",
    "slash": "/",
}  # fmt: skip
_HERE, _IN_THE_LIST, _IN_THE_TEXT, _EVERYWHERE = "Here", "In the list", "In the text", "Everywhere"


class HelpScreen(Dialog[None]):
    """Words to read, laid out for the width there is; any of the closing keys closes it."""

    KEYS: ClassVar[Sequence[Hint]] = (Hint("j k", "scroll"), Hint("Esc", "close"))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter", "dismiss", "Close", show=False)
    ]

    def __init__(self, lay_out: LayOut, *, title: str = "Keys") -> None:
        super().__init__()
        self._lay_out = lay_out
        self._title = title

    def contents(self) -> ComposeResult:
        box = Vertical(classes="dialog")
        box.border_title = self._title
        with box:
            yield LineList(base="panel")

    def on_mount(self) -> None:
        self.query_one(LineList).focus()
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        # The width of the box, less its frame, its blanks, the scroll bar and a blank in front of that.
        width = min(_WIDTH, int(self.app.size.width * 0.96)) - 6
        self.query_one(LineList).show(self._lay_out(width))


class Key(Struct, frozen=True):
    """A line of the help."""

    keys: tuple[str, ...]
    about: str
    name: str = ""  # of what it does, as ``[keys]`` of checks.toml has it; "" where it cannot be changed


def keys_of(screen: Screen[None]) -> dict[str, list[Key]]:
    """The keys that work on ``screen`` now, grouped by what they belong to."""
    groups: dict[str, dict[str, Key]] = {}
    for key, active in sorted(screen.active_bindings.items(), key=lambda item: _place(item[1])):
        binding = active.binding
        about = binding.tooltip or binding.description
        if not about or binding.system or binding.id is None:
            continue  # what has no id is Textual's own and works as everywhere
        if active.node is screen:
            group = _HERE
        elif active.node is screen.app:
            group = _EVERYWHERE
        else:
            group = _IN_THE_TEXT if isinstance(screen.focused, TextView) else _IN_THE_LIST
        shown = spelled(binding.key_display or key)
        known = groups.setdefault(group, {}).get(binding.action)
        keys = dict.fromkeys((*(known.keys if known else ()), shown))
        groups[group][binding.action] = Key(tuple(keys), about, name_in_keys(binding.id))
    return {
        group: list(groups[group].values())
        for group in (_HERE, _IN_THE_TEXT, _IN_THE_LIST, _EVERYWHERE)
        if group in groups
    }


def _place(active: ActiveBinding) -> int:
    """Where a binding was declared: a key of the person's own does not move its line."""
    ids = [
        binding.id
        for kind in type(active.node).__mro__
        for binding in kind.__dict__.get("BINDINGS", ())
        if isinstance(binding, Binding)
    ]
    return ids.index(active.binding.id) if active.binding.id in ids else len(ids)


def help_lines(groups: Mapping[str, Sequence[Key]], width: int) -> list[Line]:
    """The keys on the left, what they do on the right."""
    key_cells = _KEY_CELLS if width >= _MIN_NAMES else _FEW_KEY_CELLS
    names = [entry.name for entries in groups.values() for entry in entries]
    name_cells = max(map(len, names), default=0) + 2 if width >= _MIN_NAMES and any(names) else 0
    lines: list[Line] = []
    for group, entries in groups.items():
        lines += [*([()] if lines else []), ((group, "title"),)]
        for entry in entries:
            shown = list(_columns(" ".join(entry.keys), "key", entry.about, key_cells, width - name_cells))
            name: Span = (pad(entry.name, name_cells, "right"), "muted")
            lines += [(*fit(shown[0], width - name_cells), name), *shown[1:]]
    if name_cells:
        lines += [(), *paragraph(_ABOUT_NAMES, "muted", width)]
    return lines


def _columns(left: str, style: str, right: str, left_cells: int, width: int) -> Iterator[Line]:
    """Two columns of words; neither is cut."""
    lefts, rights = wrap(left, left_cells - 1), wrap(right, width - left_cells)
    for head, text in zip_longest(lefts, rights, fillvalue=""):
        yield ((pad(head, left_cells), style), (text, "text"))


def in_full(notices: Sequence[Notice], width: int) -> list[Line]:
    """The notices."""
    lines: list[Line] = []
    for notice in notices:
        sign, style = NOTICE_SIGNS[notice.level]
        for at, text in enumerate(wrap(plain(notice.text), width - 3)):
            lead: Span = (f"{sign}  ", style) if at == 0 else ("   ", "text")
            lines.append((lead, (text, "text")))
        lines.append(())
    if not notices:
        lines += [*paragraph("No notices.", "text", width), ()]
    return lines


def engine_lines(info: EngineInfo, width: int) -> list[Line]:
    """How much was refused and why, and what the engine says of itself."""
    lines = _refused_lines(info, width)
    facts = [
        ("Listener", info.address or "none"),
        ("Configuration", info.config_path),
        ("State", info.state_dir),
        ("Version", f"{info.version}, process {info.pid}"),
        ("Pings accepted", f"{info.pings} since the engine started"),
    ]
    for name, value in facts:
        lines += _columns(name, "muted", plain(value), min(22, max(width // 3, 14)), width)
    return lines


def _refused_lines(info: EngineInfo, width: int) -> list[Line]:
    """Requests that were not answered OK, by what they were told, most frequent first."""
    if not info.rejected:
        return []
    total = sum(info.rejected.values())
    title = "Refused since the engine started" if width >= 44 else "Refused"
    lines: list[Line] = [((title, "title"), (f"  {total}", "strong"))]
    for why, count in sorted(info.rejected.items(), key=lambda item: (-item[1], item[0])):
        head = pad(str(count), 6, "right")
        for text in wrap(plain(why), width - 8):
            lines.append(((head, "warning"), ("  ", "text"), (text, "text")))
            head = " " * 6
    return [*lines, ()]


def spelled(key: str) -> str:
    """A key as a person reads it: ``⌃d`` would need a legend, ``ctrl+d`` does not."""
    if key in _SPELLED:
        return _SPELLED[key]
    modifier, _, base = key.rpartition("+")
    if modifier == "shift":
        return f"⇧{spelled(base)}"
    if modifier:
        return f"{modifier}+{spelled(base)}"
    if _FUNCTION_KEY.fullmatch(key):
        return key.upper()
    character = key_to_character(key)
    return character if character and character.isprintable() and not character.isspace() else key
