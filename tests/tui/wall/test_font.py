"""Letters out of blocks keep their size, whatever is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from pulsetui.tui.wall.font import _SHAPES, big_lines, cells_wide, in_capitals, largest, lines_high


def test_a_word_looks_like_this() -> None:
    assert big_lines("3 DOWN", 1, ascii_only=True) == [
        "###    ##   #  #   # #  #",
        "  #    # # # # #   # ## #",
        " ##    # # # # # # # # ##",
        "  #    # # # # ## ## #  #",
        "###    ##   #  #   # #  #",
    ]
    assert big_lines("OK", 1, ascii_only=False) == ["▄▀▄ █ █", "█ █ █▀▄", " ▀  ▀ ▀"]


def test_each_letter_is_five_points_high_as_wide_all_the_way_and_like_no_other() -> None:
    for letter, shape in _SHAPES.items():
        assert [len(row) for row in shape] == [len(shape[0])] * 5, letter
        assert set("".join(shape)) <= {".", "#"}, letter
    assert len({tuple(shape) for shape in _SHAPES.values()}) == len(_SHAPES)


@pytest.mark.parametrize(
    ("text", "capitals"),
    [
        ("Backup db", "BACKUP DB"),
        ("Über-Läufe 2", "UBER-LAUFE 2"),
        ("日本語", ""),
        ("a\x1b[31m", ""),
        ("", ""),
    ],
)
def test_only_what_has_a_shape_is_drawn(text: str, capitals: str) -> None:
    assert in_capitals(text) == capitals


@given(st.text(st.sampled_from([*_SHAPES, " "]), min_size=1, max_size=12), st.integers(1, 6), st.booleans())
def test_it_is_as_large_as_it_says(text: str, scale: int, ascii_only: bool) -> None:
    drawn = big_lines(text, scale, ascii_only=ascii_only)
    assert len(drawn) == lines_high(scale, ascii_only=ascii_only)
    assert {cell_len(line) for line in drawn} == {cells_wide(text, scale)}
    assert not ascii_only or all(line.isascii() for line in drawn)


@given(st.text(max_size=20), st.integers(0, 200), st.integers(0, 60), st.booleans())
def test_the_largest_fits_or_is_nothing(text: str, width: int, height: int, ascii_only: bool) -> None:
    drawn = largest(text, width, height, ascii_only=ascii_only)
    assert len(drawn) <= height
    assert all(cell_len(line) <= width for line in drawn)


def test_a_word_is_broken_where_that_makes_it_larger() -> None:
    assert len(largest("ALL 42 OK", 76, 5, ascii_only=False)) == 5
    assert len(largest("ALL 42 OK", 76, 20, ascii_only=False)) == 8 + 1 + 8
    assert largest("ALL 42 OK", 10, 20, ascii_only=False) == []
