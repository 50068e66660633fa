"""Everything to be read: notices in full, which pings were refused, and what the engine says of itself.

Enter on the name of a refused ping opens the form of a new check with that slug.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from pulsetui.client.refused import NOTICE, why_text
from pulsetui.client.views import EngineInfo, Notice, RefusedPing
from pulsetui.core.text.phrases import ago_text
from pulsetui.tui.dialogs.help import HelpScreen, engine_lines, in_full
from pulsetui.tui.draw.hints import Hint
from pulsetui.tui.draw.lines import Line, plain, wrap
from pulsetui.tui.draw.paint import LineList
from pulsetui.tui.draw.words import paragraph


class NoticesScreen(HelpScreen):
    """``create`` is called with the slug that was chosen, once this is closed."""

    def __init__(self, notices: Sequence[Notice], info: EngineInfo, create: Callable[[str], None]) -> None:
        self._info = info
        self._create = create
        self._keys: list[object] = []
        super().__init__(lambda width: self._laid_out(notices, width), title="Notices")

    def _laid_out(self, notices: Sequence[Notice], width: int) -> list[Line]:
        # What the one notice of refused pings says stands below with more of it.
        refused = bool(self._info.refused)
        others = [one for one in notices if one.key != NOTICE or not refused]
        said = in_full(others, width) if others or not refused else []
        lines, keys = refused_lines(self._info, width)
        self._keys = [*[None] * len(said), *keys]
        return [*said, *lines, *engine_lines(self._info, width)]

    def _draw(self) -> None:
        super()._draw()
        shown = self.query_one(LineList)
        missing = len(shown.lines) - len(self._keys)
        shown.show(shown.lines, [*self._keys, *[None] * missing])

    def on_line_list_chosen(self, message: LineList.Chosen) -> None:
        slug = str(message.key)
        self.dismiss()
        self._create(slug)


class RefusedScreen(NoticesScreen):
    """The same when there is a name to choose."""

    KEYS: ClassVar[Sequence[Hint]] = (
        Hint("j k", "move"),
        Hint("Enter", "create the check"),
        Hint("Esc", "close"),
    )


def notices_screen(
    notices: Sequence[Notice], info: EngineInfo, create: Callable[[str], None]
) -> NoticesScreen:
    """The one for what there is to choose."""
    kind = RefusedScreen if any(one.creatable for one in info.refused) else NoticesScreen
    return kind(notices, info, create)


def refused_lines(info: EngineInfo, width: int) -> tuple[list[Line], list[object]]:
    """The refused pings by name, and for each line the slug that can be made of it."""
    if not info.refused:
        return [], []
    lines: list[Line] = [(("Refused pings", "title"),)]
    keys: list[object] = [None]
    for one in info.refused:
        count = f"{one.count}x "
        for at, text in enumerate(wrap(plain(one.name), max(width - len(count), 8))):
            lines.append(((count if at == 0 else " " * len(count), "warning"), (text, "strong")))
            keys.append(one.name if one.creatable and at == 0 else None)
        said = paragraph(_about(one, info), "muted", width - 3)
        lines += [(("   ", "text"), *line) for line in said]
        keys += [None] * len(said)
    if any(one.creatable for one in info.refused):
        words = "Enter on a name creates that check; or correct the job that sends it."
        more = paragraph(words, "muted", width)
        lines += more
        keys += [None] * len(more)
    return [*lines, ()], [*keys, None]


def _about(one: RefusedPing, info: EngineInfo) -> str:
    sender = f"{one.remote_addr} {one.ua}".strip()
    why = f"Did you mean {one.nearest}? Last" if one.nearest else f"{_capital(why_text(one.why))}. Last"
    return plain(f"{why} {ago_text(one.last_at, info.now)} from {sender}")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
