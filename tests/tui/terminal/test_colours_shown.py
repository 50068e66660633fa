"""The real screen where colours are few, on a pseudo terminal: the contrast of every letter that is there.

A terminal emulator reads what was written; its colours are those of xterm and of the console of Linux.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import pyte
import pytest
from textual.color import Color

from pulsetui.tui.draw.fewer_colours import index_colour
from pulsetui.tui.draw.textual_themes import contrast
from tests.tui.draw.test_theme import MIN_CONTRAST
from tests.tui.terminal.test_terminal import OnPty, on_a_pty

WIDTH, HEIGHT = 80, 24
_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[(?:[<>=][0-9;]*[a-zA-Z]|\?[0-9;]*\$p)")
_SGR = re.compile(rb"\x1b\[([0-9;]*)m")
_NAMES = ("black", "red", "green", "brown", "blue", "magenta", "cyan", "white")
CONSOLE = (
    *("000000", "aa0000", "00aa00", "aa5500", "0000aa", "aa00aa", "00aaaa", "aaaaaa"),
    *("555555", "ff5555", "55ff55", "ffff55", "5555ff", "ff55ff", "55ffff", "ffffff"),
)
"""The sixteen of the console of Linux."""
FIXED = {index_colour(number).hex[1:].lower() for number in range(16, 256)}
SCENES = (  # the keys that lead there, and what is then on the screen
    (b"", "Sync invoices"),  # the cursor on an alarm
    (b"jjj", "late by"),  # the cursor on another row
    (b"\r", "Deadline "),
    (b"e", "Expression"),
    (b"\x1bOP", "Keys"),
)


class Letter(NamedTuple):
    """One cell with a letter or digit; colours are ``rrggbb``."""

    text: str
    ink: str
    ground: str


class Shown:
    """What a person sees, read from what came out of the terminal so far."""

    def __init__(self, output: OnPty) -> None:
        self._output, self.written = output, b""
        self._screen = pyte.Screen(WIDTH, HEIGHT)
        self._stream = pyte.ByteStream(self._screen)

    def wait(self, text: str) -> None:
        """Until it is there, and a moment longer, for the rest of that frame."""
        self._output.read_until(text.encode())
        self._output.read_rest()
        self.written += self._output.output
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", self._output.output))
        self._output.output = b""
        assert text in "\n".join(self._screen.display)

    def row(self, text: str) -> list[Letter]:
        """The letters of the first line that holds the text."""
        y = next(y for y, line in enumerate(self._screen.display) if text in line)
        return list(self._letters(y, 0, WIDTH))

    def letters(self) -> list[Letter]:
        """All of them; those of the dialog alone while there is one: what is behind it is meant to recede."""
        top, bottom, left, right = 0, HEIGHT, 0, WIDTH
        for y, line in enumerate(self._screen.display):
            if "╭" in line:
                top, left, right = y, line.index("╭"), line.index("╮")
            elif "╰" in line:
                bottom = y
        return [letter for y in range(top, bottom) for letter in self._letters(y, left, right)]

    def _letters(self, y: int, left: int, right: int) -> Iterator[Letter]:
        for x in range(left, right):
            cell = self._screen.buffer[y][x]
            if cell.data.isalnum():
                ink, ground = _hex(cell.fg, bold=cell.bold), _hex(cell.bg, ground=True)
                yield Letter(cell.data, *((ground, ink) if cell.reverse else (ink, ground)))


def _hex(name: str, *, bold: bool = False, ground: bool = False) -> str:
    """Bold is bright on the console; no ground is."""
    if name == "default":
        name = "black" if ground else "white"
    bright = name.startswith("bright")
    plain = name.removeprefix("bright")
    if plain not in _NAMES:
        assert name in FIXED, f"{name} is not in the table of 256 colours"
        return name
    return CONSOLE[_NAMES.index(plain) + (8 if (bright or bold) and not ground else 0)]


def weak(letters: list[Letter]) -> dict[tuple[str, str], tuple[float, str]]:
    """The pairs that cannot be read, with their contrast and what is written in them."""
    found: dict[tuple[str, str], tuple[float, str]] = {}
    for letter in letters:
        ratio = contrast(Color.parse(f"#{letter.ink}"), Color.parse(f"#{letter.ground}"))
        if ratio < MIN_CONTRAST:
            pair = (letter.ink, letter.ground)
            found[pair] = (round(ratio, 2), found.get(pair, (0, ""))[1] + letter.text)
    return found


@pytest.mark.parametrize(
    ("term", "theme", "no_color"),
    [
        ("tmux-256color", "pulse-dark", ""),
        ("screen-256color", "pulse-light", ""),
        ("xterm-256color", "pulse-colour-blind", ""),
        ("linux", "pulse-dark", ""),
        ("linux", "pulse-light", "1"),
    ],
)
def test_all_that_is_written_can_be_read_and_the_cursor_seen(term: str, theme: str, no_color: str) -> None:
    environ = {"NO_COLOR": no_color} if no_color else {}
    with on_a_pty(TERM=term, COLORTERM="", TMUX="", LANG="C.UTF-8", FAKE_THEME=theme, **environ) as terminal:
        shown = Shown(terminal)
        for keys, text in SCENES:
            terminal.type(keys)
            shown.wait(text)
            assert weak(shown.letters()) == {}, text
            if text == "Sync invoices":
                alarms = [{letter.ground for letter in shown.row(name)} for name in ("Back up", "Rotate")]
                assert alarms[0] != alarms[1], "the cursor is not seen on an alarm"
            elif text == "late by":
                cursor, other = ({letter.ground for letter in shown.row(name)} for name in ("Import", "Sync"))
                assert cursor.isdisjoint(other), "the cursor is not seen"
    codes = set(_SGR.findall(shown.written))
    assert not any(b"8;2;" in code for code in codes), "a colour that the terminal does not have"
    if term == "linux":
        assert not any(b"8;5;" in code or b"2" in code.split(b";") for code in codes), (
            "dim is dark grey there"
        )
    if no_color:
        assert not any(re.search(rb"(?:^|;)(?:3[0-7]|4[0-7]|9[0-7]|10[0-7])", code) for code in codes)
