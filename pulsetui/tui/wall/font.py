"""Letters and digits out of blocks, for what is to be read from far away. Pure.

A letter is five points high and three to five wide. ``scale`` is how many cells wide a point is drawn; with
half blocks a point is as high as it is wide, in ASCII it takes whole lines.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

_POINTS_HIGH = 5
_SPACE = 2
_LETTERS: Mapping[str, str] = {
    "A": ".#. #.# ### #.# #.#",
    "B": "##. #.# ##. #.# ##.",
    "C": ".## #.. #.. #.. .##",
    "D": "##. #.# #.# #.# ##.",
    "E": "### #.. ##. #.. ###",
    "F": "### #.. ##. #.. #..",
    "G": ".## #.. #.# #.# .##",
    "H": "#.# #.# ### #.# #.#",
    "I": "### .#. .#. .#. ###",
    "J": "..# ..# ..# #.# .#.",
    "K": "#.# #.# ##. #.# #.#",
    "L": "#.. #.. #.. #.. ###",
    "M": "#...# ##.## #.#.# #...# #...#",
    "N": "#..# ##.# #.## #..# #..#",
    "O": ".#. #.# #.# #.# .#.",
    "P": "##. #.# ##. #.. #..",
    "Q": ".##. #..# #..# #.#. .#.#",
    "R": "##. #.# ##. #.# #.#",
    "S": ".## #.. .#. ..# ##.",
    "T": "### .#. .#. .#. .#.",
    "U": "#.# #.# #.# #.# .##",
    "V": "#.# #.# #.# #.# .#.",
    "W": "#...# #...# #.#.# ##.## #...#",
    "X": "#.# #.# .#. #.# #.#",
    "Y": "#.# #.# .#. .#. .#.",
    "Z": "### ..# .#. #.. ###",
    "0": "### #.# #.# #.# ###",
    "1": "##. .#. .#. .#. ###",
    "2": "### ..# ### #.. ###",
    "3": "### ..# .## ..# ###",
    "4": "#.# #.# ### ..# ..#",
    "5": "### #.. ### ..# ###",
    "6": "### #.. ### #.# ###",
    "7": "### ..# ..# .#. .#.",
    "8": "### #.# ### #.# ###",
    "9": "### #.# ### ..# ###",
    "-": "... ... ### ... ...",
    "_": "... ... ... ... ###",
    "+": "... .#. ### .#. ...",
    "/": "..# ..# .#. #.. #..",
    "(": ".# #. #. #. .#",
    ")": "#. .# .# .# #.",
    ":": ". # . # .",
    ".": ". . . . #",
    ",": ".. .. .. .# #.",
    "!": "# # # . #",
    "'": "# # . . .",
    "&": ".#. #.# .#. #.# .##",
}
_SHAPES: Mapping[str, Sequence[str]] = {letter: shape.split() for letter, shape in _LETTERS.items()}
_HALVES: Mapping[tuple[bool, bool], str] = {
    (False, False): " ",
    (True, False): "▀",
    (False, True): "▄",
    (True, True): "█",
}


def in_capitals(text: str) -> str:
    """``text`` as it can be drawn: capitals without accents. "" where a character has no shape."""
    bare = "".join(part for part in unicodedata.normalize("NFKD", text) if not unicodedata.combining(part))
    capitals = bare.upper()
    return capitals if all(letter == " " or letter in _SHAPES for letter in capitals) else ""


def cells_wide(capitals: str, scale: int) -> int:
    """Cells that a line of them takes."""
    points = sum(_SPACE if letter == " " else len(_SHAPES[letter][0]) for letter in capitals)
    return (points + max(len(capitals) - 1, 0)) * scale


def lines_high(scale: int, *, ascii_only: bool) -> int:
    """Lines that it takes."""
    return _POINTS_HIGH * _lines_a_point(scale) if ascii_only else -(-_POINTS_HIGH * scale // 2)


def _lines_a_point(scale: int) -> int:
    return max(scale // 2, 1)


def big_lines(capitals: str, scale: int, *, ascii_only: bool) -> list[str]:
    """A line of text in blocks: ``lines_high`` strings of ``cells_wide`` cells."""
    rows = [_row(capitals, y, scale) for y in range(_POINTS_HIGH)]
    if ascii_only:
        return [
            "".join("#" if is_set else " " for is_set in row)
            for row in rows
            for _ in range(_lines_a_point(scale))
        ]
    halves = [row for row in rows for _ in range(scale)]
    if len(halves) % 2:
        halves.append([False] * len(halves[0]))
    return [
        "".join(_HALVES[above, below] for above, below in zip(upper, lower, strict=True))
        for upper, lower in zip(halves[::2], halves[1::2], strict=True)
    ]


def _row(capitals: str, y: int, scale: int) -> list[bool]:
    """One line of points, each ``scale`` wide."""
    shapes = ["." * _SPACE if letter == " " else _SHAPES[letter][y] for letter in capitals]
    return [point == "#" for point in ".".join(shapes) for _ in range(scale)]


def largest(text: str, width: int, height: int, *, ascii_only: bool) -> list[str]:
    """``text`` as large as it goes into so many cells and lines, broken at spaces where that makes it larger.
    Empty where it cannot be drawn, or nothing of it fits."""
    capitals = in_capitals(text)
    for scale in range(width // 3, 0, -1) if capitals.strip() else ():
        high = lines_high(scale, ascii_only=ascii_only)
        lines = _broken(capitals.split(), width, scale)
        if lines and len(lines) * (high + 1) - 1 <= height:
            drawn: list[str] = []
            for line in lines:
                drawn += [*([""] if drawn else []), *big_lines(line, scale, ascii_only=ascii_only)]
            return drawn
    return []


def _broken(words: Sequence[str], width: int, scale: int) -> list[str]:
    """The words on as few lines as they take; none where one of them is too wide."""
    lines: list[str] = []
    for word in words:
        if cells_wide(word, scale) > width:
            return []
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and cells_wide(longer, scale) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
