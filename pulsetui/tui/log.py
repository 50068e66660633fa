"""The engine's log, the newest line at the bottom; it follows while its end is in sight."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from pulsetui.client.views import LogLine
from pulsetui.core.text.clean import clean_lines
from pulsetui.core.text.phrases import count_text
from pulsetui.tui.base.screen import TickingScreen, fetch
from pulsetui.tui.base.verbs import CLEARS_FIRST, bindings_on
from pulsetui.tui.draw.clocks import with_zone
from pulsetui.tui.draw.filter_bar import FilterBar
from pulsetui.tui.draw.hints import Hint, Hints
from pulsetui.tui.draw.lines import Line, Span, agreed_widths, plain, wrap, wrapped
from pulsetui.tui.draw.paint import LineList, OneLine

_LINES = 1000  # of the engine's log that are asked for
_MAX_TEXT_LINES = 200  # of one entry: a traceback is long, a runaway one longer
_MAX_COLUMNS = 2000
_LETTERS = {
    "DEBUG": ("D", "muted"),
    "INFO": ("I", "accent"),
    "WARNING": ("W", "warning"),
    "ERROR": ("E", "error"),
    "CRITICAL": ("C", "error"),
}
_TEXT_STYLES = {"DEBUG": "muted", "WARNING": "bar-warned", "ERROR": "calm", "CRITICAL": "error"}
_INSTANT = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00:00|Z\b)", re.ASCII)
_INDENT = " " * 11  # instant and letter


class _Title(OneLine):
    """What is shown, and whether it follows."""


class LogScreen(TickingScreen):
    """Asks for the log on a thread while it is on top, and draws it only when something is new."""

    TICK_S = 2.0
    TICKS_BELOW_DIALOGS = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "slash", "filter", "Filter", tooltip="Filter as you type: words, or a level", id="log.filter"
        ),
        *bindings_on("any", back=CLEARS_FIRST),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._entries: tuple[LogLine, ...] | None = None
        self._words: tuple[str, ...] = ()
        self._problem = ""
        self._asking = False
        self.following = True  # until somebody scrolls away from the end
        self._drawn: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        yield _Title(id="title")
        yield LineList(id="log")
        yield FilterBar(id="filter")
        yield Hints(id="hints")

    def on_mount(self) -> None:
        pane = self.query_one(LineList)
        pane.focus()
        self.watch(pane, "scroll_y", self._scrolled, init=False)
        self.call_after_refresh(self.refresh_hints)
        self.tick()

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def news(self, changed: frozenset[str], *, info: bool) -> None:
        # Pings come by the hundred and wait for the next look; a notice stands in the log too.
        if info and self.is_current:
            self.tick()

    # Reading

    def tick(self) -> None:
        if self._asking:
            return
        self._asking = True
        client = self.pulse.client
        fetch(self, lambda: client.log(_LINES), self._got, group="log", fail=self._failed)

    def _got(self, entries: tuple[LogLine, ...]) -> None:
        self._asking = False
        self._entries, self._problem = entries, ""
        self._draw()

    def _failed(self, problem: str) -> None:
        self._asking = False
        self._problem = problem
        if self.is_mounted:
            self._draw()

    # Drawing

    def _scrolled(self) -> None:
        pane = self.query_one(LineList)
        self.following = pane.scroll_offset.y >= len(pane.lines) - pane.size.height
        self._draw_title()

    def _to_end(self) -> None:
        pane = self.query_one(LineList)
        pane.scroll_to(y=len(pane.lines), animate=False)

    def _draw(self) -> None:
        pane = self.query_one(LineList)
        width = max(pane.size.width - 1, 24)
        zone = self.pulse.viewer_zone
        picture = (self._entries, self._words, self._problem, width, pane.size.height, str(zone))
        if picture != self._drawn:
            self._drawn = picture
            pane.show(self._lines(width))
            if self.following:
                self.call_after_refresh(self._to_end)
        self._draw_title()

    def _lines(self, width: int) -> list[Line]:
        if self._entries is None:
            style = "error" if self._problem else "muted"
            return [(), *wrapped(self._problem or "Reading…", width, style)]
        shown = [entry for entry in self._entries if matches(entry, self._words)]
        lines = log_lines(shown, self.pulse.viewer_zone, width)
        if not lines:
            said = "Nothing in the log matches the filter." if self._words else "The log is empty."
            lines = [(), ((f"  {said}", "muted"),)]
        if self._problem:
            lines += [((f"{_INDENT}{text}", "error"),) for text in wrap(plain(self._problem), width - 11)]
        return lines

    def _draw_title(self) -> None:
        entries = self._entries or ()
        shown = sum(matches(entry, self._words) for entry in entries)
        count = count_text(len(entries), "entry", "entries")
        if self._words:
            count = f"{shown} of {count}"
        state = ("following", "up") if self.following else ("paused: G goes to the end", "warning")
        title: Line = ((" Log  ", "title"), (f"{count}  ", "muted"), state)
        self.query_one(_Title).show(with_zone(title, self.pulse.viewer_zone, self.size.width))
        bar = self.query_one(FilterBar)
        if bar.display:
            bar.found(shown, len(entries))

    # Filter

    def action_filter(self) -> None:
        self.query_one(FilterBar).open(" ".join(self._words))
        for entry in self.query(Input):
            entry.placeholder = "words  error  warning"
        self.call_after_refresh(self.refresh_hints)

    def on_filter_bar_typed(self, message: FilterBar.Typed) -> None:
        self._filter(message.text)

    def on_filter_bar_left(self, message: FilterBar.Left) -> None:
        if message.clear:
            self._filter("")
        self.query_one(LineList).focus()
        self.call_after_refresh(self.refresh_hints)

    def _filter(self, text: str) -> None:
        self._words = tuple(text.casefold().split())
        self.following = True
        self._draw()

    def verb_back(self) -> None:
        if self._words:
            self.query_one(FilterBar).close()
            self._filter("")
        else:
            self.dismiss()

    def refresh_hints(self) -> None:
        if not self.is_mounted:
            return
        if self.query_one(FilterBar).has_focus_within:
            hints = [Hint("Enter", "apply"), Hint("Esc", "clear")]
        else:
            back = "clear" if self._words else "back"
            hints = [Hint("Esc", back), Hint("/", "filter"), Hint("j k", "scroll"), Hint("G", "newest")]
            hints.append(Hint("?", "help"))
        self.query_one(Hints).offer(hints)


def matches(entry: LogLine, words: Sequence[str]) -> bool:
    """Whether all words (casefolded) are in its level and text."""
    if not words:
        return True
    text = f"{entry.level} {entry.text}".casefold()
    return all(word in text for word in words)


def with_clock_times(text: str, local: datetime) -> str:
    """Instants in UTC, as programs write them, on the clock of the line's own: ``07:14:41``, with the date
    where that is another."""

    def clock(match: re.Match[str]) -> str:
        try:
            at = datetime.fromisoformat(match[0]).astimezone(local.tzinfo)
        except (ValueError, OverflowError):
            return match[0]
        return f"{at:%H:%M:%S}" if at.date() == local.date() else f"{at.date()} {at:%H:%M:%S}"

    return _INSTANT.sub(clock, text)


def log_lines(entries: Iterable[LogLine], zone: tzinfo, width: int) -> list[Line]:
    """The entries as lines of at most ``width`` cells: time, a letter for the level, the cleaned text. A
    line of its own says where a day begins."""
    lines: list[Line] = []
    day: date | None = None
    for entry in entries:
        local = entry.at.astimezone(zone)
        if local.date() != day:
            day = local.date()
            lines.append(((f" {day:%a %Y-%m-%d}", "title"),))
        letter, style = _LETTERS.get(entry.level, ("?", "muted"))
        pieces = [
            piece
            for text in clean_lines(with_clock_times(entry.text, local), _MAX_TEXT_LINES, _MAX_COLUMNS)
            for piece in wrap(agreed_widths(text), width - len(_INDENT) - 1)
        ]
        lead: tuple[Span, ...] = ((f" {local:%H:%M:%S} ", "muted"), (f"{letter} ", style))
        text_style = _TEXT_STYLES.get(entry.level, "text")
        for piece in pieces or [""]:
            lines.append((*lead, (piece, text_style)))
            lead = ((_INDENT, "text"), (" ", "text"))
    return lines
