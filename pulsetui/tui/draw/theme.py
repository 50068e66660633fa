"""The themes: one table of colours each, from which both the style sheets and the drawn lines are coloured.

Style names used in drawn lines are the attributes of ``Palette`` in ``_INK`` below. A *base* is what a whole
row stands on: it brings a background, and an alarm brings its own ink for everything on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import fields
from rich.style import Style
from textual.theme import BUILTIN_THEMES, Theme


class Palette(Struct, frozen=True, kw_only=True):
    """Colours as ``#rrggbb``, or as the terminal's own sixteen when ``ansi``."""

    name: str
    title: str  # as shown to a person
    dark: bool
    ansi: bool = False
    background: str
    surface: str  # bars above and below the list
    panel: str  # dialogs, the header row
    border: str
    text: str
    muted: str
    accent: str
    up: str
    late: str
    down: str
    new: str
    paused: str
    running: str
    alarm: str  # background of a row that is down and that nobody has acknowledged
    alarm_text: str
    alarm_cursor: str  # the same under the cursor
    cursor: str  # background of the row under the cursor
    cursor_text: str = ""  # "" keeps each cell's own colour
    faint: str = ""  # bars that are only there to be compared with; "" is the border's


DARK = Palette(
    name="pulse-dark",
    title="Dark",
    dark=True,
    background="#10141b",
    surface="#171d27",
    panel="#1e2633",
    border="#3a475c",
    text="#d8dfea",
    muted="#98a4b7",
    accent="#8ab8ff",
    up="#6fd68a",
    late="#ffc04d",
    down="#ff8078",
    new="#93b7e8",
    paused="#a0abbd",
    running="#58d7dc",
    alarm="#981b22",
    alarm_text="#ffffff",
    alarm_cursor="#c92a33",
    cursor="#27354e",
)
LIGHT = Palette(
    name="pulse-light",
    title="Light",
    dark=False,
    background="#fcfcfa",
    surface="#f1f2ee",
    panel="#e6e8e3",
    border="#b8bdb6",
    text="#1b2430",
    muted="#56606e",
    accent="#1553b6",
    up="#14682f",
    late="#7d4a00",
    down="#b3141b",
    new="#1f5799",
    paused="#56606e",
    running="#00616a",
    alarm="#b3141b",
    alarm_text="#ffffff",
    alarm_cursor="#8a0c13",
    cursor="#d3e0f7",
)
CONTRAST = Palette(
    name="pulse-contrast",
    title="High contrast",
    dark=True,
    background="#000000",
    surface="#000000",
    panel="#000000",
    border="#ffffff",
    text="#ffffff",
    muted="#d0d0d0",
    accent="#7fdfff",
    up="#4dff88",
    late="#ffff33",
    down="#ff8f8f",
    new="#8fd0ff",
    paused="#d0d0d0",
    running="#33ffff",
    alarm="#b00010",
    alarm_text="#ffffff",
    alarm_cursor="#ffffff",
    cursor="#ffffff",
    cursor_text="#000000",
    faint="#8a8a8a",
)
COLOUR_BLIND = Palette(
    # Blue for well and orange for not: both kinds of red-green blindness keep them apart.
    name="pulse-colour-blind",
    title="Colour-blind safe",
    dark=True,
    background="#11151b",
    surface="#181e27",
    panel="#202835",
    border="#405068",
    text="#e2e6ec",
    muted="#a3adbd",
    accent="#7fc4f5",
    up="#6bb8ee",
    late="#f2e35c",
    down="#ffa04d",
    new="#c9ced6",
    paused="#a3adbd",
    running="#e8a3cd",
    alarm="#a34700",
    alarm_text="#ffffff",
    alarm_cursor="#c05400",
    cursor="#27364f",
)
ANSI = Palette(
    name="pulse-ansi",
    title="Terminal's own 16 colours",
    dark=True,
    ansi=True,
    background="default",
    surface="default",
    panel="default",
    border="blue",
    text="default",
    muted="default",
    accent="cyan",
    up="green",
    late="yellow",
    down="red",
    new="blue",
    paused="default",
    running="cyan",
    alarm="red",
    alarm_text="bright_white",
    alarm_cursor="white",
    cursor="white",
    cursor_text="black",
)
PALETTES: Mapping[str, Palette] = MappingProxyType(
    {palette.name: palette for palette in (DARK, LIGHT, CONTRAST, COLOUR_BLIND, ANSI)}
)

_BOLD = frozenset(
    {"strong", "down", "late", "key", "title", "chip-down", "head-sorted", "bar-failed", "error", "spot"}
)
_INK: Mapping[str, str] = MappingProxyType(
    {  # style name → the colour of the palette that it is drawn in
        "text": "text",
        "strong": "text",
        "muted": "muted",
        "accent": "accent",
        "title": "accent",
        "key": "accent",
        "up": "up",
        "late": "late",
        "down": "down",
        "calm": "down",  # down, and somebody knows: the colour stays, the shouting ends
        "new": "new",
        "paused": "paused",
        "running": "running",
        "head": "muted",
        "head-sorted": "accent",
        "border": "border",
        "faint": "faint",
        "warning": "late",
        "error": "down",
        "bar-success": "up",
        "bar-failed": "down",
        "bar-warned": "late",
        "bar-missed": "down",
        "bar-none": "muted",
        "chip-down": "alarm_text",
        "spot": "background",  # the one cell under a cursor that has a column, too
    }
)
_BASES: Mapping[str, str] = MappingProxyType(
    {  # base → the background of the palette
        "row": "background",
        "surface": "surface",
        "panel": "panel",
        "cursor": "cursor",
        "alarm": "alarm",
        "alarm-cursor": "alarm_cursor",
        "warn": "late",  # as the next one, of a screen that is one colour
        "well": "up",
    }
)
_PICTURED: Mapping[str, str] = MappingProxyType({"cursor": "row", "alarm-cursor": "alarm"})
"""Bases of a cursor, and what a picture in such a row stands on where the cursor takes its colours away."""
_FILLED = frozenset({"warn", "well"})
"""Bases in the colour of a status, on which all ink is the colour of the background."""


class StyleSet:
    """The palette's styles, each made once: a style is asked for in every drawn cell."""

    __slots__ = ("_made", "_same", "palette")

    def __init__(self, palette: Palette) -> None:
        self.palette = palette
        self._made: dict[tuple[str, str], Style] = {}
        self._same: dict[Style, Style] = {}  # equal styles are one object, so that painting can merge them

    def get(self, name: str, base: str = "row") -> Style:
        """The style ``name`` on ``base``. An unknown name is a mistake in the code: KeyError."""
        key = (name, base)
        style = self._made.get(key)
        if style is None:
            made = self._make(name, base)
            style = self._made[key] = self._same.setdefault(made, made)
        return style

    def under_picture(self, base: str) -> str:
        """The base for bars and marks in a row that stands on ``base``: one on which they keep their colours,
        and a bar at the lower edge does not run into the row below."""
        return _PICTURED.get(base, base) if self.palette.cursor_text else base

    def _make(self, name: str, base: str) -> Style:
        palette = self.palette
        ink: str = getattr(palette, _INK[name]) or palette.border
        ground: str = getattr(palette, _BASES[base])
        bold = name in _BOLD
        dim = _INK[name] == "muted" and palette.muted == palette.text
        if base == "alarm":
            ink, bold, dim = palette.alarm_text, True, False
        elif base in _FILLED:
            ink, dim = "black" if palette.ansi else palette.background, False
        elif palette.ansi and base in ("cursor", "alarm-cursor"):
            # Bold would be bright as well on many terminals: grey on white. Of an alarm, the status keeps the
            # ground, since no second one of the sixteen is both red and readable.
            ink, bold, dim = palette.cursor_text, False, False
            if base == "alarm-cursor" and _INK[name] == "down":
                ink, ground, bold = palette.alarm_text, palette.alarm, True
        elif base == "alarm-cursor":
            # Where the cursor is as white as its ink, the alarm colour becomes the ink.
            same = palette.alarm_cursor in (palette.alarm_text, palette.cursor)
            ink, bold, dim = (palette.alarm if same else palette.alarm_text), True, False
        elif base == "cursor" and palette.cursor_text:
            ink, dim = palette.cursor_text, False
        if name == "chip-down":
            ink, ground = palette.alarm_text, palette.alarm
        elif name == "spot":
            ink, ground = ("black" if palette.ansi else palette.background), palette.accent
            bold = not palette.ansi
        return Style(color=ink, bgcolor=ground, bold=bold, dim=dim)


def textual_theme(palette: Palette) -> Theme:
    """The palette for Textual's own widgets and the style sheets."""

    def spelled(colour: str) -> str:
        return colour if colour.startswith("#") else f"ansi_{colour}"

    colours = {
        field.name: spelled(getattr(palette, field.name))
        for field in fields(Palette)
        if field.name not in {"name", "title", "dark", "ansi"} and getattr(palette, field.name)
    }
    return Theme(
        name=palette.name,
        dark=palette.dark,
        ansi=palette.ansi,
        primary=colours["accent"],
        secondary=colours["running"],
        accent=colours["accent"],
        warning=colours["late"],
        error=colours["down"],
        success=colours["up"],
        foreground=colours["text"],
        background=colours["background"],
        surface=colours["surface"],
        panel=colours["panel"],
        variables=_variables(palette, colours),
    )


def _variables(palette: Palette, colours: Mapping[str, str]) -> dict[str, str]:
    cursor_text = colours.get("cursor_text", colours["text"])
    return {
        **(BUILTIN_THEMES["ansi-dark"].variables if palette.ansi else {}),
        "line": colours["border"],
        "muted": colours["muted"],
        "text-muted": colours["muted"],
        "alarm": colours["alarm"],
        "alarm-text": colours["alarm_text"],
        "block-cursor-background": colours["cursor"],
        "block-cursor-foreground": cursor_text,
        "block-cursor-blurred-background": colours["cursor"],
        "block-cursor-blurred-foreground": cursor_text,
        "input-selection-background": colours["cursor"],
        "input-selection-foreground": cursor_text,
        "input-cursor-background": colours["text"],
        "input-cursor-foreground": colours["background"] if not palette.ansi else "ansi_black",
        "scrollbar": colours["border"],
        "scrollbar-hover": colours["muted"],
        "scrollbar-active": colours["accent"],
        "scrollbar-background": colours["background"],
        "scrollbar-background-hover": colours["background"],
        "scrollbar-background-active": colours["background"],
        "scrollbar-corner-color": colours["background"],
    }
