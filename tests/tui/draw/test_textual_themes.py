"""Textual's themes are read as well as ours: contrast is computed."""

from __future__ import annotations

import pytest
from textual.theme import BUILTIN_THEMES

from pulsetui.tui.draw.textual_themes import names, palette_named
from pulsetui.tui.draw.theme import _BASES, _INK, PALETTES, StyleSet, textual_theme
from tests.tui.draw.test_theme import MIN_CONTRAST, contrast

COLOURED = [name for name, theme in BUILTIN_THEMES.items() if not theme.ansi]


@pytest.mark.parametrize("name", COLOURED)
def test_text_can_be_read_on_every_ground_of_a_borrowed_theme(name: str) -> None:
    styles = StyleSet(palette_named(name))
    weak = {}
    for base in _BASES:
        for ink in _INK.keys() - {"border", "faint"}:
            style = styles.get(ink, base)
            assert style.color is not None
            assert style.bgcolor is not None
            ratio = contrast(style.color.name, style.bgcolor.name)
            if ratio < MIN_CONTRAST:
                weak[ink, base] = round(ratio, 2)
    assert weak == {}


@pytest.mark.parametrize("name", COLOURED)
def test_an_alarm_is_seen_in_a_borrowed_theme_under_the_cursor_too(name: str) -> None:
    palette = palette_named(name)
    assert contrast(palette.alarm, palette.background) >= 1.85
    assert palette.alarm_cursor != palette.alarm
    assert contrast(palette.cursor, palette.background) >= 1.4
    assert contrast(palette.cursor, palette.panel) >= 1.15
    assert len({palette.up, palette.late, palette.down}) == 3


@pytest.mark.parametrize("name", names())
def test_every_theme_colours_the_style_sheets(name: str) -> None:
    theme = textual_theme(palette_named(name))
    assert theme.name == name
    assert {"line", "muted", "alarm", "alarm-text"} <= theme.variables.keys()


def test_our_own_themes_stay_as_they_are() -> None:
    assert all(palette_named(name) is palette for name, palette in PALETTES.items())
    assert names()[: len(PALETTES)] == tuple(PALETTES)
