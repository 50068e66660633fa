"""Whether a table leaves room for a glance; read at every start, so that it imports next to nothing."""

from __future__ import annotations

MIN_ROWS = 5
"""Free rows from which something is shown: a blank one, a title, and a few that say something."""
MIN_WIDTH, MIN_HEIGHT = 80, 24
"""Cells of the screen."""


def free_rows(width: int, height: int, room: int, lines: int) -> int:
    """How many of the table's ``room`` rows its ``lines`` leave on such a screen; 0 for too few, and for a
    table without lines, where words stand instead."""
    free = room - lines
    if not lines or free < MIN_ROWS or width < MIN_WIDTH or height < MIN_HEIGHT:
        return 0
    return free
