"""The themes where the terminal has 256 colours, or the sixteen it was born with.

To take the nearest colour for each is not enough: dark grounds turn navy, a cursor teal, and what could be
read on the one cannot on the other. For 256 colours each theme of ours has its own numbers, all from the part
of the table that is the same everywhere (16 to 255). For sixteen there is one palette, whatever theme is
chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from math import hypot
from types import MappingProxyType

from msgspec.structs import replace
from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color, Lab, rgb_to_lab
from textual.filter import LineFilter

from pulsetui.tui.draw.theme import ANSI, COLOUR_BLIND, CONTRAST, DARK, LIGHT, Palette

_BLACK, _LIGHT = 0, (7, 14, 15)  # white, and bright cyan and white
FIRST_FIXED, FIRST_GREY = 16, 232
_CUBE = (0, 95, 135, 175, 215, 255)


def index_colour(number: int) -> Color:
    """A colour of xterm's table, 16 to 255; those below are whatever the terminal's owner likes."""
    if number >= FIRST_GREY:
        grey = 8 + 10 * (number - FIRST_GREY)
        return Color(grey, grey, grey)
    red, rest = divmod(number - FIRST_FIXED, 36)
    green, blue = divmod(rest, 6)
    return Color(_CUBE[red], _CUBE[green], _CUBE[blue])


def nearest_index(colour: Color, fits: Callable[[Color], bool] = lambda _: True) -> int:
    """The number of the colour of xterm's table that comes nearest to the eye, of those that fit.

    One that is lighter or darker is nearer than one of another hue. Raises ValueError where none fits.
    """
    lab = rgb_to_lab(colour)

    def distance(entry: tuple[int, Color, Lab]) -> float:
        return hypot((entry[2].L - lab.L) / 2, entry[2].a - lab.a, entry[2].b - lab.b)

    return min((entry for entry in _table() if fits(entry[1])), key=distance)[0]


@cache
def _table() -> tuple[tuple[int, Color, Lab], ...]:
    colours = [(number, index_colour(number)) for number in range(FIRST_FIXED, 256)]
    # Of equal ones (greys stand in the cube as well) the last is found first: all greys are then of one kind.
    return tuple((number, colour, rgb_to_lab(colour)) for number, colour in reversed(colours))


@lru_cache(maxsize=2048)
def _in_table(style: Style) -> Style:
    def numbered(colour: RichColor | None) -> RichColor | None:
        if colour is None or colour.triplet is None:
            return colour
        return RichColor.from_ansi(nearest_index(Color(*colour.triplet)))

    return style + Style.from_color(numbered(style.color), numbered(style.bgcolor))


class IndexedColours(LineFilter):
    """Whatever is painted, blends of Textual's own included, in the nearest colours of xterm's table.

    Rich would do it by itself, one grey darker here and in another hue there.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(text, None if style is None else _in_table(style), control)
            for text, style, control in segments
        ]


class SixteenColours(LineFilter):
    """What no palette can say of sixteen colours, for Textual's own widgets as well."""

    def __init__(self, *, no_color: bool) -> None:
        super().__init__()
        self._mended = _without_colours if no_color else _readable

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        mended = self._mended
        return [
            Segment(text, None if style is None else mended(style), control)
            for text, style, control in segments
        ]


@lru_cache(maxsize=1024)
def _readable(style: Style) -> Style:
    """Bold brightens on many terminals, and bright black is grey: on a cursor's white it is hard to read. So
    is what is dim on the console of Linux."""
    if style.bold and _number(style.color) == _BLACK:
        style += Style(bold=False)
    return style + Style(dim=False) if style.dim else style


@lru_cache(maxsize=1024)
def _without_colours(style: Style) -> Style:
    """For ``NO_COLOR``: of sixteen colours Textual's shades of grey leave black and white, often on the same.

    What stands on a light ground is turned around; an alarm is bold by itself.
    """
    turned = style.reverse or _number(style.bgcolor) in _LIGHT
    return (style + Style(reverse=turned, dim=False)).without_color


def _number(colour: RichColor | None) -> int | None:
    return None if colour is None else colour.number


def _indexed(palette: Palette, **numbers: int) -> Palette:
    return replace(palette, **{field: index_colour(number).hex.lower() for field, number in numbers.items()})


INDEXED: Mapping[str, Palette] = MappingProxyType(
    {
        palette.name: palette
        for palette in (
            _indexed(
                DARK,
                background=233,
                surface=234,
                panel=235,
                border=240,
                text=253,
                muted=248,
                accent=111,
                up=78,
                late=221,
                down=210,
                new=110,
                paused=248,
                running=80,
                alarm=124,
                alarm_text=231,
                alarm_cursor=160,
                cursor=237,
            ),
            _indexed(
                LIGHT,
                background=231,
                surface=255,
                panel=255,
                border=249,
                text=235,
                muted=240,
                accent=25,
                up=22,
                late=58,
                down=124,
                new=25,
                paused=240,
                running=23,
                alarm=124,
                alarm_text=231,
                alarm_cursor=88,
                cursor=189,
            ),
            _indexed(
                CONTRAST,
                background=16,
                surface=16,
                panel=16,
                border=231,
                text=231,
                muted=252,
                accent=117,
                up=84,
                late=227,
                down=210,
                new=117,
                paused=252,
                running=87,
                alarm=124,
                alarm_text=231,
                alarm_cursor=231,
                cursor=231,
                cursor_text=16,
                faint=245,
            ),
            _indexed(
                COLOUR_BLIND,
                background=233,
                surface=234,
                panel=235,
                border=240,
                text=254,
                muted=248,
                accent=117,
                up=75,
                late=227,
                down=215,
                new=252,
                paused=248,
                running=182,
                alarm=94,
                alarm_text=231,
                alarm_cursor=130,
                cursor=237,
            ),
        )
    }
)
SIXTEEN = replace(
    ANSI,
    # On black that is painted: what the terminal has for its own ground is not known. Colours that are too
    # dark on the console of Linux (red, blue) give way to others; nothing is dim, which is dark grey there.
    background="black",
    surface="black",
    panel="black",
    border="white",  # apart from what is now, or many at once, in the accent
    text="bright_white",
    muted="white",
    accent="bright_cyan",
    up="green",
    late="bright_yellow",
    down="bright_red",
    new="cyan",
    paused="white",
    running="bright_cyan",
)
