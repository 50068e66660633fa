"""What all commands share in writing: colours only where they are wanted, tables that line up, JSON."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from pulsetui.client.status_words import ACKNOWLEDGED, GLYPH, GLYPH_ASCII, RUNNING, word_for
from pulsetui.core.state.status import Status
from pulsetui.core.text.clean import columns

if TYPE_CHECKING:
    from pulsetui.client.views import CheckView

_COLOURS: Mapping[str, str] = MappingProxyType(
    {Status.DOWN: "1;31", Status.LATE: "33", Status.UP: "32", Status.NEW: "36", Status.PAUSED: "2"}
)

RANK: Mapping[Status, int] = MappingProxyType(
    {Status.DOWN: 0, Status.LATE: 1, Status.NEW: 2, Status.UP: 3, Status.PAUSED: 4}
)
"""Problems first."""

_LONG_S = 0.5
_SAY_EVERY_S = 0.1

T = TypeVar("T")


def out(text: str = "") -> None:
    """One line of data. What the output's encoding cannot say is replaced."""
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding) + "\n")


def talk(text: str) -> None:
    """One line to the person."""
    try:
        sys.stderr.write(text.encode("utf-8", "replace").decode() + "\n")
    except OSError:
        pass  # nobody is there


def agreed(what: str) -> bool:
    """Asks the person whether to do that. Without one nothing is done, and how to say yes is said."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        talk(f"{what}: with --yes")
        return False
    sys.stderr.write(f"{what}? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def with_progress(
    what: str, items: Sequence[T], *, clock: Callable[[], float] = time.monotonic
) -> Generator[T]:
    """The items, one after the other; a person at a terminal reads how far it is once it takes long. The line
    is gone at the end, however that comes."""
    begun = said_at = clock()
    shown = sys.stderr is not None and sys.stderr.isatty()
    said = False
    try:
        for done, item in enumerate(items):
            now = clock()
            if shown and now - begun > _LONG_S and now - said_at > _SAY_EVERY_S:
                sys.stderr.write(f"\r\x1b[2K{what} {done:,} of {len(items):,} …")
                sys.stderr.flush()
                said, said_at = True, now
            yield item
    finally:
        if said:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()


def colourful() -> bool:
    """Whether standard output is a terminal that shows colours and nobody asked for none."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def glyphs() -> Mapping[str, str]:
    """The glyphs that the output's encoding has."""
    try:
        "".join(GLYPH.values()).encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return GLYPH_ASCII
    return GLYPH


def paint(text: str, status: Status) -> str:
    """``text`` in the colour of a status, where colours are wanted."""
    return f"\x1b[{_COLOURS[status]}m{text}\x1b[0m" if colourful() else text


def status_text(view: CheckView) -> str:
    """Glyph and word, and the running overlay: ``✖ overdue ▶``."""
    shown = glyphs()
    overlay = f" {shown[RUNNING]}" if view.is_running else ""
    glyph = shown[ACKNOWLEDGED if view.acknowledged else view.status]
    return f"{glyph} {word_for(view.status, view.reason)}{overlay}"


def sorted_by_urgency(views: Sequence[CheckView]) -> list[CheckView]:
    """Problems first; otherwise in the order of the configuration."""
    return sorted(views, key=lambda view: RANK[view.status])


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines whose columns stand under each other, counted in terminal cells. Cells hold cleaned text."""
    widths = [max(columns(row[i]) for row in (head, *rows)) for i in range(len(head))]
    return [
        "  ".join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (head, *rows)
    ]


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - columns(cell))


def json_text(value: object) -> str:
    """JSON with two spaces of indent; structs as objects, instants as ISO 8601.

    Safe on a terminal, and whole in the output's encoding.
    """
    import msgspec

    from pulsetui.core.text.json_escape import escape_json

    text = msgspec.json.format(msgspec.json.encode(value, enc_hook=_plain), indent=2).decode()
    return escape_json(text, sys.stdout.encoding or "ascii")


def _plain(value: object) -> object:
    if isinstance(value, Mapping):  # a read-only view of a dict
        return dict(value)
    raise NotImplementedError(f"no JSON for {type(value).__name__}")
