"""Every status can be read in every theme: contrast is computed, not judged by eye."""

from __future__ import annotations

import pytest

from pulsetui.tui.draw.theme import _BASES, _INK, PALETTES, Palette, StyleSet, textual_theme

COLOURED = [palette for palette in PALETTES.values() if not palette.ansi]
MIN_CONTRAST = 4.5
"""WCAG 2.2, 1.4.3: text."""


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", COLOURED, ids=lambda palette: palette.name)
def test_text_can_be_read_on_every_ground(palette: Palette) -> None:
    styles = StyleSet(palette)
    weak = {}
    for base in _BASES:
        for name in _INK.keys() - {"border", "faint"}:
            style = styles.get(name, base)
            assert style.color is not None
            assert style.bgcolor is not None
            ratio = contrast(style.color.name, style.bgcolor.name)
            if ratio < MIN_CONTRAST:
                weak[name, base] = round(ratio, 2)

    assert weak == {}


@pytest.mark.parametrize("palette", COLOURED, ids=lambda palette: palette.name)
def test_an_alarm_is_seen_against_other_rows_under_the_cursor_too(palette: Palette) -> None:
    alarm, row = palette.alarm, palette.background

    assert contrast(alarm, row) >= 1.9
    assert palette.alarm_cursor != palette.alarm
    assert palette.cursor != row


def test_colour_blind_statuses_differ_in_brightness_or_blue() -> None:
    """Red against green is what most colour-blind people cannot tell: none of ours depends on it."""
    palette = PALETTES["pulse-colour-blind"]
    blue = {name: int(getattr(palette, name)[5:7], 16) for name in ("up", "down", "late")}

    assert blue["up"] - blue["down"] > 100
    assert blue["up"] - blue["late"] > 100
    assert contrast(palette.down, palette.late) > 1.5


@pytest.mark.parametrize("palette", PALETTES.values(), ids=lambda palette: palette.name)
def test_a_picture_keeps_its_colours_under_the_cursor(palette: Palette) -> None:
    styles = StyleSet(palette)

    for mark in ("bar-success", "bar-failed", "bar-warned"):
        assert styles.get(mark, styles.under_picture("cursor")).color == styles.get(mark).color
    ground = styles.get("text", styles.under_picture("alarm-cursor")).bgcolor
    assert (ground == styles.get("text", "alarm").bgcolor) is bool(palette.cursor_text)


def test_styles_that_look_alike_are_one_object() -> None:
    styles = StyleSet(PALETTES["pulse-dark"])

    assert styles.get("up") is styles.get("bar-success")
    assert styles.get("muted", "alarm") is styles.get("text", "alarm")


@pytest.mark.parametrize("palette", PALETTES.values(), ids=lambda palette: palette.name)
def test_the_style_sheets_get_the_same_colours(palette: Palette) -> None:
    theme = textual_theme(palette)

    assert theme.name == palette.name
    assert theme.ansi == palette.ansi
    assert theme.background == (palette.background if not palette.ansi else "ansi_default")
