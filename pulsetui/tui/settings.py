"""What a person has set on the screen, kept between sessions in a small file beside the state.

Nothing in it is needed: a file that cannot be read is ignored with a notice, one that cannot be written is
told in the log. It is read once, before the first frame.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict, fields, replace

from pulsetui.config.toml.read import read_toml
from pulsetui.core import storable
from pulsetui.core.text.clean import clean
from pulsetui.errors import ConfigError
from pulsetui.tui.details.split import SIDES, Side, Split, is_size
from pulsetui.tui.draw.theme import DARK
from pulsetui.tui.shown_zone import CONFIGURED, WHOSE
from pulsetui.tui.table.order import SortBy

log = logging.getLogger(__name__)

FILE_NAME = "screen.toml"
_MAX_BYTES = 65_536
_SPLIT = Split()
_HEAD = "# The last settings of PulseTUI's screen. Delete this file to start afresh.\n"


class Settings(Struct, frozen=True, kw_only=True):
    """Every field has the value of a first start.

    Filter and view are not among them: they are questions of the moment, and a new session must not begin
    with a failing check left out.
    """

    theme: str = DARK.name
    sort: str = SortBy.PROBLEMS.value
    reversed: bool = False
    ascii: bool = False  # the plain glyphs although the terminal has the others
    grouped: bool = False
    following: bool = False
    zone: str = CONFIGURED  # whose times are shown
    today_read: str = ""  # when the page for the morning was read last: ISO 8601
    split: Side = _SPLIT.side  # where the details stand that accompany the table
    split_cells: int = _SPLIT.cells
    split_lines: int = _SPLIT.lines


_GOOD: Mapping[str, Callable[[object], bool]] = {
    "theme": lambda value: isinstance(value, str) and _is_theme(value),
    "sort": lambda value: value in set(SortBy),
    "reversed": lambda value: isinstance(value, bool),
    "ascii": lambda value: isinstance(value, bool),
    "grouped": lambda value: isinstance(value, bool),
    "following": lambda value: isinstance(value, bool),
    "zone": lambda value: isinstance(value, str) and value in WHOSE,
    "today_read": lambda value: value == "" or _is_instant(value),
    "split": lambda value: value in SIDES,
    "split_cells": is_size,
    "split_lines": is_size,
}


class SettingsFile:
    """One file. ``problem`` is what was wrong with it, in a sentence; "" when nothing was."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written: Settings | None = None
        self.problem = ""

    def load(self) -> Settings:
        """What it says; the value of a first start for what it does not say or says wrongly."""
        settings = Settings()
        try:
            with self._path.open("rb") as file:
                text = file.read(_MAX_BYTES).decode()
            kept = read_toml(text)
        except FileNotFoundError:
            return settings
        except (OSError, ValueError) as error:  # ValueError: neither UTF-8 nor TOML
            self.problem = (
                f"{self._path} is ignored: {clean(getattr(error, 'strerror', None) or str(error), 200)}"
            )
            return settings
        if kept.pop("beside", True) is False:  # as it was called while there was no other place
            kept.setdefault("split", "off")
        wrong = [name for name, value in kept.items() if name in _GOOD and not _GOOD[name](value)]
        good = {name: value for name, value in kept.items() if name in _GOOD and name not in wrong}
        if wrong:
            self.problem = f"{self._path}: invalid value for {', '.join(wrong)}, ignored"
        settings = replace(settings, **good)
        self._written = None if wrong else settings
        return settings

    def save(self, settings: Settings) -> None:
        """Writes them whole, for this user only; nothing when they are as they were. Never raises."""
        if settings == self._written:
            return
        import tomli_w

        from pulsetui.config.file import disk

        first = Settings()
        changed = {name: value for name, value in asdict(settings).items() if value != getattr(first, name)}
        if not changed and self._written is None and not self._path.exists():
            return  # nothing was ever set: no file
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            disk.replace(self._path, _HEAD + tomli_w.dumps(changed))
        except (ConfigError, OSError) as error:
            log.warning("what was set on the screen is not kept: %s", error)
            return
        self._written = settings


def _is_instant(value: object) -> bool:
    try:
        storable.instant(datetime.fromisoformat(str(value)))
    except (ValueError, storable.UnstorableError):
        return False
    return isinstance(value, str)


def _is_theme(name: str) -> bool:
    from pulsetui.tui.draw.theme import PALETTES

    if name in PALETTES:
        return True
    from textual.theme import BUILTIN_THEMES

    return name in BUILTIN_THEMES


assert _GOOD.keys() == {field.name for field in fields(Settings)}, "every setting has its rule"
