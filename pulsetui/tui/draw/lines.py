"""Lines of styled text as plain values: what every drawn widget and every test of the screen works with.

A span is text and the *name* of a style; the theme turns names into colours. Widths are terminal cells, not
characters. Text that came from outside passes through ``plain`` first, so no line can break the layout.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Literal

from rich.cells import cell_len, set_cell_size

from pulsetui.client.glance import Glance
from pulsetui.core.text.clean import clean

Span = tuple[str, str]
Line = tuple[Span, ...]
Align = Literal["left", "right"]

ELLIPSIS = "…"
_REGIONAL = range(0x1F1E6, 0x1F200)
_TO_AGREED: dict[int, str | None] = {
    # A flag is two letters; some terminals give it two cells, some four. The letters are two for all.
    **{code: chr(ord("A") + code - _REGIONAL.start) for code in _REGIONAL},
    **dict.fromkeys(range(0x1F3FB, 0x1F400)),  # skin tones: drawn over the cell before, or beside it
}


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """Unsafe text as one line that every terminal draws with the width we count."""
    if text.isascii() and text.isprintable():
        return text
    return clean(text.translate(_TO_AGREED))


def agreed_widths(text: str) -> str:
    """A cleaned line with every character as wide as we count it; its blanks stay."""
    return text if text.isascii() else text.translate(_TO_AGREED)


def name_of(view: Glance) -> str:
    """The check's name to show; its slug when nothing of the name can be seen."""
    return plain(view.name) or view.slug


def width_of(spans: Iterable[Span]) -> int:
    """Cells that the spans take."""
    return sum(cell_len(text) for text, _ in spans)


def cut(text: str, width: int) -> str:
    """``text`` in at most ``width`` cells; what is cut at the end shows as ``…``."""
    if cell_len(text) <= width:
        return text
    return "" if width <= 0 else set_cell_size(text, width - 1).rstrip() + ELLIPSIS


def pad(text: str, width: int, align: Align = "left") -> str:
    """``text`` in exactly ``width`` cells."""
    if width <= 0:
        return ""
    text = cut(text, width)
    blank = " " * (width - cell_len(text))
    return blank + text if align == "right" else text + blank


def fit(spans: Sequence[Span], width: int, align: Align = "left", *, fill: str = "text") -> list[Span]:
    """The spans in exactly ``width`` cells: cut with ``…`` or padded in the style ``fill``."""
    taken, out = 0, []
    total = width_of(spans)
    if total > width:
        for text, style in spans:
            size = cell_len(text)
            # One cell stays free for the sign that something was cut, unless nothing follows.
            if taken + size < width:
                out.append((text, style))
                taken += size
                continue
            rest = width - taken
            if rest > 0:
                shown = cut(text if size > rest else text + " ", rest)
                out.append((shown, style))
                taken += cell_len(shown)
            break
        total = taken
    else:
        out = list(spans)
    if total < width:
        blank = (" " * (width - total), fill)
        return [blank, *out] if align == "right" else [*out, blank]
    return out


def merged(spans: Iterable[Span]) -> Iterator[Span]:
    """Neighbours of the same style as one span, empty ones left out: fewer bytes to the terminal."""
    held, style = "", ""
    for text, name in spans:
        if not text:
            continue
        if held and name == style:
            held += text
            continue
        if held:
            yield held, style
        held, style = text, name
    if held:
        yield held, style


def wrap(text: str, width: int) -> list[str]:
    """Plain text broken at spaces into lines of at most ``width`` cells; long words are split."""
    lines: list[str] = []
    line: str | None = None
    for word in text.split(" "):
        candidate = word if line is None else f"{line} {word}"
        if cell_len(candidate) <= width:
            line = candidate
            continue
        if line is not None and line.strip():
            lines.append(line.rstrip())
        line = word
        while cell_len(line) > width > 1:
            head = _head(line, width)
            lines.append(head)
            line = line[len(head) :]
    lines.append(line or "")
    return lines


def wrapped(text: str, width: int, style: str, indent: str = "  ") -> list[Line]:
    """Unsafe text as lines of at most ``width`` cells, for what has to be read to its end."""
    room = max(width - len(indent) - 1, 10)
    return [((f"{indent}{piece}", style),) for piece in wrap(plain(text), room)]


def _head(text: str, width: int) -> str:
    """The longest beginning of ``text`` in at most ``width`` cells, at least one character."""
    taken = 0
    for index, character in enumerate(text):
        taken += cell_len(character)
        if taken > width:
            return text[: max(index, 1)]
    return text
