"""What can be read in all colours can be read in 256: contrast is computed, theme by theme."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from pulsetui.tui.app_themes import palette_for
from pulsetui.tui.draw.fewer_colours import (
    INDEXED,
    IndexedColours,
    SixteenColours,
    index_colour,
    nearest_index,
)
from pulsetui.tui.draw.theme import _BASES, _INK, PALETTES, StyleSet
from pulsetui.tui.terminal.colours import Colours
from tests.tui.draw.test_theme import MIN_CONTRAST, contrast

OURS = [name for name, palette in PALETTES.items() if not palette.ansi]
BORROWED = [name for name, theme in BUILTIN_THEMES.items() if not theme.ansi]
TABLE = {index_colour(number).hex.lower() for number in range(16, 256)}
BACKGROUND = Color(0, 0, 0)


@pytest.mark.parametrize("name", [*OURS, *BORROWED])
def test_text_can_be_read_in_256_colours_on_every_ground(name: str) -> None:
    styles = StyleSet(palette_for(name, Colours.INDEXED))
    weak = {}
    for base in _BASES:
        for ink in _INK.keys() - {"border", "faint"}:
            style = styles.get(ink, base)
            assert style.color is not None
            assert style.bgcolor is not None
            assert {style.color.name, style.bgcolor.name} <= TABLE
            ratio = contrast(style.color.name, style.bgcolor.name)
            if ratio < MIN_CONTRAST:
                weak[ink, base] = round(ratio, 2)
    assert weak == {}


@pytest.mark.parametrize("name", [*OURS, *BORROWED])
def test_in_256_colours_alarm_cursor_and_statuses_are_told_apart(name: str) -> None:
    palette = palette_for(name, Colours.INDEXED)

    assert contrast(palette.alarm, palette.background) >= 1.9
    assert palette.alarm_cursor != palette.alarm
    assert contrast(palette.cursor, palette.background) >= 1.39
    assert contrast(palette.cursor, palette.panel) >= 1.1  # where a list stands in a dialog
    assert len({palette.up, palette.late, palette.down}) == 3


def test_each_theme_of_ours_has_numbers_of_its_own() -> None:
    assert set(INDEXED) == set(OURS)


def test_sixteen_colours_are_the_same_whatever_theme_is_kept() -> None:
    palettes = [palette_for(name, Colours.SIXTEEN) for name in (*PALETTES, *BORROWED)]

    assert [palette.name for palette in palettes] == [*PALETTES, *BORROWED]
    assert len({(palette.background, palette.cursor, palette.down) for palette in palettes}) == 1


def test_an_unknown_theme_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        palette_for("mauve", Colours.INDEXED)


@pytest.mark.parametrize("number", [16, 52, 88, 124, 231, 232, 237, 248, 253, 255])
def test_a_colour_of_the_table_stays_what_it_is(number: int) -> None:
    wanted = index_colour(number)

    assert index_colour(nearest_index(wanted)) == wanted


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_every_colour_becomes_one_of_the_table(colour: tuple[int, int, int]) -> None:
    red, green, blue = colour
    style = Style(color=f"rgb({red},{green},{blue})", bgcolor=f"rgb({blue},{red},{green})", bold=True)

    (made,) = IndexedColours().apply([Segment("x", style)], BACKGROUND)

    assert made.style is not None
    assert made.style.bold
    for one in (made.style.color, made.style.bgcolor):
        assert one is not None
        assert one.number is not None
        assert 16 <= one.number <= 255


def painted(style: str, *, no_color: bool = False) -> str:
    (made,) = SixteenColours(no_color=no_color).apply([Segment("x", Style.parse(style))], BACKGROUND)
    return str(made.style)


@pytest.mark.parametrize(
    ("style", "becomes"),
    [
        ("bold black on white", "not bold black on white"),
        ("bold white on red", "bold white on red"),
        ("dim white on black", "not dim white on black"),
        ("black on white", "black on white"),
    ],
)
def test_of_sixteen_colours_nothing_is_grey_on_grey(style: str, becomes: str) -> None:
    assert painted(style) == becomes


@pytest.mark.parametrize(
    ("style", "turned"),
    [("black on white", True), ("bright_white on red", False), ("white on black", False)],
)
def test_without_any_colour_the_cursor_is_turned_around(style: str, turned: bool) -> None:
    made = painted(style, no_color=True)

    assert ("reverse" in made and "not reverse" not in made) == turned
    assert "white" not in made
