"""Textual's own themes as palettes of ours: their colours, moved until every status can be read in them.

Made when somebody asks for one; a session in our own themes never pays for this.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from msgspec.structs import replace
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from pulsetui.tui.draw.fewer_colours import index_colour, nearest_index
from pulsetui.tui.draw.theme import ANSI, PALETTES, Palette

_MIN_CONTRAST = 4.5
"""WCAG 2.2, 1.4.3: contrast of text."""
_MIN_ALARM_CONTRAST = 1.9
"""Of an alarm's ground against other rows."""
_MIN_CURSOR_CONTRAST = 1.5
"""Of the row under the cursor against the others."""
_STEP = 0.05
_BLACK, _WHITE = Color(0, 0, 0), Color(255, 255, 255)


def names() -> tuple[str, ...]:
    """All themes there are, ours first."""
    return (*PALETTES, *BUILTIN_THEMES)


def palette_named(name: str) -> Palette:
    """The palette of a theme of ours or of Textual's. An unknown name is a KeyError."""
    return PALETTES[name] if name in PALETTES else _borrowed(name)


@cache
def _borrowed(name: str) -> Palette:
    theme = BUILTIN_THEMES[name]
    title = name.replace("-", " ").capitalize()
    if theme.ansi:
        # Its sixteen colours are the terminal's, as in ours: there is nothing to measure.
        return replace(ANSI, name=name, title=title, dark=theme.dark)
    return _measured(theme, title)


def _measured(theme: Theme, title: str) -> Palette:
    colours = _colours(theme)
    background, text = colours["background"], colours["foreground"]
    end = _WHITE if theme.dark else _BLACK
    grounds = _grounds(colours, end)
    muted = text.blend(background, 0.35)
    inks = {
        "text": text,
        "muted": muted,
        "accent": colours["accent"],
        "up": colours["success"],
        "late": colours["warning"],
        "down": colours["error"],
        "new": colours["primary"],
        "paused": muted,
        "running": colours["secondary"],
    }
    below = list(grounds.values())
    made = {name: _written(_moved(ink, end, below, _MIN_CONTRAST)) for name, ink in inks.items()}
    alarm, alarm_cursor = _alarms(colours["error"], background, dark=theme.dark)
    return Palette(
        name=theme.name,
        title=title,
        dark=theme.dark,
        background=_written(grounds["background"]),
        surface=_written(grounds["surface"]),
        panel=_written(grounds["panel"]),
        cursor=_written(grounds["cursor"]),
        text=made["text"],
        muted=made["muted"],
        accent=made["accent"],
        up=made["up"],
        late=made["late"],
        down=made["down"],
        new=made["new"],
        paused=made["paused"],
        running=made["running"],
        border=_written(background.blend(text, 0.3)),
        alarm=_written(alarm),
        alarm_text="#ffffff",
        alarm_cursor=_written(alarm_cursor),
    )


def indexed(palette: Palette) -> Palette:
    """The palette in the colours of xterm's table: of those that can be read the nearest, so that every
    contrast of ``_measured`` is kept."""
    end = _WHITE if palette.dark else _BLACK
    writable = _Need([end], 1.5 * _MIN_CONTRAST)
    background = _nearest(palette.background, [writable])
    cursor = _nearest(palette.cursor, [writable, _Need([background], _MIN_CURSOR_CONTRAST)])
    surface = _nearest(palette.surface, [writable])
    panel = _nearest(palette.panel, [writable, _Need([cursor], _MIN_CURSOR_CONTRAST - 0.3)])
    readable = _Need([background, cursor, surface, panel], _MIN_CONTRAST)
    inks: dict[str, Color] = {}
    for name in ("down", "late", "up", "text", "muted", "accent", "new", "paused", "running"):
        taken = [inks[other] for other in ("down", "late") if other in inks]
        inks[name] = _nearest(getattr(palette, name), [readable], other_than=taken)
    white = _Need([_WHITE], _MIN_CONTRAST)
    alarm = _nearest(palette.alarm, [white, _Need([background], _MIN_ALARM_CONTRAST)])
    alarm_cursor = _nearest(palette.alarm_cursor, [white], other_than=[alarm])
    return replace(
        palette,
        **{name: _written(colour) for name, colour in inks.items()},
        background=_written(background),
        surface=_written(surface),
        panel=_written(panel),
        cursor=_written(cursor),
        border=_written(_nearest(palette.border, [])),
        alarm=_written(alarm),
        alarm_cursor=_written(alarm_cursor),
    )


class _Need(NamedTuple):
    """The contrast that a colour must have with each of some others."""

    others: Sequence[Color]
    least: float


def _nearest(colour: str, needs: Sequence[_Need], *, other_than: Sequence[Color] = ()) -> Color:
    """Of xterm's table the nearest that has all it needs."""

    def fits(one: Color) -> bool:
        return one not in other_than and all(
            contrast(one, other) >= need.least for need in needs for other in need.others
        )

    return index_colour(nearest_index(Color.parse(colour), fits))


def _grounds(colours: Mapping[str, Color], end: Color) -> dict[str, Color]:
    """The backgrounds, far enough from each other and from ``end``, towards which inks are moved."""
    background = colours["background"]
    grounds = {
        "background": background,
        "surface": colours["surface"],
        "panel": colours["panel"],
        "cursor": _moved(background, colours["primary"], [background], _MIN_CURSOR_CONTRAST),
    }
    for name, ground in grounds.items():
        # A ground in the middle of the scale leaves no ink to read on it.
        grounds[name] = _moved(ground, background, [end], 1.5 * _MIN_CONTRAST)
    # A list stands in a dialog, too: its cursor is seen there as well as in the table.
    grounds["panel"] = _moved(grounds["panel"], background, [grounds["cursor"]], _MIN_CURSOR_CONTRAST - 0.3)
    return grounds


def _colours(theme: Theme) -> Mapping[str, Color]:
    generated = theme.to_color_system().generate()
    wanted = ("background", "foreground", "surface", "panel", "primary", "secondary", "accent")
    return {
        name: _solid(Color.parse(generated[name]), Color.parse(generated["background"]))
        for name in (*wanted, "success", "warning", "error")
    }


def _solid(colour: Color, ground: Color) -> Color:
    return ground.blend(Color(*colour.rgb), colour.a)


def _written(colour: Color) -> str:
    """``#rrggbb``"""
    return colour.hex.lower()


def _moved(colour: Color, towards: Color, against: Iterable[Color], least: float) -> Color:
    """``colour``, as far towards another as the contrast needs."""
    others, share = list(against), 0.0
    moved = colour
    while share < 1 and any(contrast(moved, other) < least for other in others):
        share += _STEP
        moved = colour.blend(towards, min(share, 1.0))
    return moved


def _alarms(error: Color, background: Color, *, dark: bool) -> tuple[Color, Color]:
    """The alarm's ground and the same under the cursor, white text readable on both."""
    lighter = _moved(error, _BLACK, [_WHITE], _MIN_CONTRAST)
    darker = lighter.blend(_BLACK, 0.3)
    while dark and contrast(darker, background) < _MIN_ALARM_CONTRAST and contrast(lighter, darker) > 1.15:
        darker = darker.blend(lighter, 0.2)
    return (darker, lighter) if dark else (lighter, darker)


def contrast(one: Color, other: Color) -> float:
    """WCAG contrast ratio, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Color) -> float:
    parts = [channel / 255 for channel in colour.rgb]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
