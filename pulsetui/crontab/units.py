"""systemd's unit files as text: sections of ``Key=value``, with the line of each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct


class UnitKey(Struct, frozen=True):
    """One ``Key=value``. ``line`` is where it begins, counted from 1."""

    section: str
    key: str
    value: str
    line: int


class UnitFile(Struct, frozen=True):
    """A unit file's keys in order. A key may come again; an empty value takes back what came before it."""

    path: Path
    keys: tuple[UnitKey, ...]

    def values(self, section: str, key: str) -> Sequence[UnitKey]:
        """All that count of that key."""
        found: list[UnitKey] = []
        for each in self.keys:
            if (each.section, each.key) == (section, key):
                found = [*found, each] if each.value else []
        return found

    def value(self, section: str, key: str) -> str:
        """The last one; "" where there is none."""
        found = self.values(section, key)
        return found[-1].value if found else ""

    def line(self, section: str, key: str) -> int:
        """Where the last one stands; 1 where there is none."""
        found = self.values(section, key)
        return found[-1].line if found else 1


def read_unit(path: Path, text: str) -> UnitFile:
    """Comments begin with # or ;, a backslash at a line's end joins the next one. Nothing is refused."""
    keys: list[UnitKey] = []
    section, pending, begun = "", "", 0
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if bare.startswith(("#", ";")):
            continue
        begun = begun if pending else number
        pending += bare
        if pending.endswith("\\"):
            pending = pending[:-1] + " "
            continue
        if pending.startswith("[") and pending.endswith("]"):
            section = pending[1:-1]
        elif "=" in pending:
            key, _, value = pending.partition("=")
            keys.append(UnitKey(section, key.strip(), value.strip(), begun))
        pending = ""
    return UnitFile(path, tuple(keys))
