"""Where the details stand that accompany the table: beside it, below it, or nowhere, and how large."""

from __future__ import annotations

from typing import Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

Side = Literal["beside", "below", "off"]
SIDES: tuple[Side, ...] = get_args(Side)
"""In the order in which one key goes through them."""

MIN_WIDTH, MIN_HEIGHT = 150, 22
"""Cells of the screen from which there is room for both beside, and for both below each other."""
MIN_CELLS, MIN_LINES = 40, 6
"""Of the details."""
_TABLE_CELLS, _TABLE_LINES = 70, 14
"""Of the screen that stay with the table; the lines count those above and below it, too."""
_STEP_CELLS, _STEP_LINES = 4, 2
_MAX_KEPT = 1000
"""Cells or lines: no terminal is larger, so that a setting beyond is a mistake."""


class Split(Struct, frozen=True, kw_only=True):
    """What a person has chosen. It stays as it is while a terminal has no room for it."""

    side: Side = "beside"
    cells: int = 64  # of the details beside the table
    lines: int = 12  # of those below it

    def shown(self, width: int, height: int) -> Side:
        """Where the details stand on a screen of that size."""
        return self.side if self.side in sides_with_room(width, height) else "off"

    def size(self, width: int, height: int) -> int:
        """Their cells or lines there; 0 where they are not shown."""
        side = self.shown(width, height)
        if side == "beside":
            return min(max(self.cells, MIN_CELLS), width - _TABLE_CELLS)
        return min(max(self.lines, MIN_LINES), height - _TABLE_LINES) if side == "below" else 0

    def turned(self, width: int, height: int) -> Split:
        """The next side with room for it."""
        room = sides_with_room(width, height)
        return replace(self, side=room[(room.index(self.shown(width, height)) + 1) % len(room)])

    def resized(self, by: int, width: int, height: int) -> Split:
        """Larger by so many steps; the same where it has no room for that, or is not shown."""
        step = _STEP_CELLS if self.shown(width, height) == "beside" else _STEP_LINES
        return self.sized(self.size(width, height) + by * step, width, height)

    def sized(self, size: int, width: int, height: int) -> Split:
        """With so many cells or lines, as far as there is room."""
        side = self.shown(width, height)
        if side == "off":
            return self
        key = "cells" if side == "beside" else "lines"
        wanted = replace(self, **{key: size})
        return replace(wanted, **{key: wanted.size(width, height)})


def sides_with_room(width: int, height: int) -> list[Side]:
    """Where the details can stand on a screen of that size; "off" is always the last of them."""
    room = {"beside": width >= MIN_WIDTH, "below": height >= MIN_HEIGHT, "off": True}
    return [side for side in SIDES if room[side]]


def is_size(value: object) -> bool:
    """Whether a setting can be a number of cells or lines."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MAX_KEPT
