"""Where the details that accompany the table have room, and how much."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pulsetui.tui.details.split import MIN_CELLS, MIN_LINES, SIDES, Split, sides_with_room

SPLITS = st.builds(Split, side=st.sampled_from(SIDES), cells=st.integers(1, 1000), lines=st.integers(1, 1000))
WIDTHS, HEIGHTS = st.integers(40, 300), st.integers(12, 120)


def test_one_key_goes_through_the_places_with_room() -> None:
    split, seen = Split(), []
    for _ in range(3):
        split = split.turned(200, 60)
        seen.append(split.side)
    assert seen == ["below", "off", "beside"]
    assert Split().turned(120, 36).side == "below"  # there it is not shown beside the table
    assert Split(side="below").turned(120, 36).side == "off"
    assert Split().turned(120, 20).side == "off"


@given(SPLITS, WIDTHS, HEIGHTS, st.integers(-20, 20))
def test_whatever_is_asked_for_both_keep_their_least(split: Split, width: int, height: int, by: int) -> None:
    changed = split.resized(by, width, height)
    side, size = changed.shown(width, height), changed.size(width, height)
    assert side == split.shown(width, height)
    assert side in sides_with_room(width, height)
    if side == "beside":
        assert MIN_CELLS <= size <= width - 70
        assert changed.lines == split.lines
    elif side == "below":
        assert MIN_LINES <= size <= height - 14
        assert changed.cells == split.cells
    else:
        assert (size, changed) == (0, split)
    if by > 0:
        assert size >= split.size(width, height)
