"""The details of the check under the cursor, beside the table or below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from pulsetui.client.status_words import sentence
from pulsetui.client.views import CheckDetails, CheckView
from pulsetui.core.text.phrases import full_stop
from pulsetui.tui.base.screen import PulseScreen, fetch
from pulsetui.tui.details.split import Side
from pulsetui.tui.draw.distances import countdown
from pulsetui.tui.draw.lines import Line, name_of, plain, wrap
from pulsetui.tui.draw.paint import LineList, OneLine
from pulsetui.tui.draw.status import status_glyph, status_now, status_word

if TYPE_CHECKING:
    from textual.events import MouseDown, MouseMove
    from textual.timer import Timer

_SETTLE_S = 0.15
"""The cursor has to stand still so long before the engine is asked: it may be running down the list."""
_FRESH_S = 1.0
"""A check that reports all the time is read again so often."""


class _Lines(LineList, can_focus=False):
    """The sentence and the facts."""


class Beside(Vertical):
    """Draws at once what the table knows, and the rest when the engine has answered."""

    DEFAULT_CSS = """
    Beside { border-left: vkey $line; }
    Beside.-below { width: 100%; border-left: none; border-top: solid $line; }
    """
    ALLOW_SELECT = False  # the mouse drags its edge

    class Dragged(Message):
        """Its edge was dragged, so that it is to have ``size`` cells or lines."""

        def __init__(self, size: int) -> None:
            super().__init__()
            self.size = size

    def __init__(self) -> None:
        super().__init__(id="beside")
        self._slug: str | None = None
        self._details: CheckDetails | None = None
        self._problem = ""
        self._due: Timer | None = None  # the next question to the engine
        self._dragging = False

    def compose(self) -> ComposeResult:
        yield OneLine(id="beside-title")
        yield _Lines(id="beside-lines")

    def on_resize(self) -> None:
        self.draw()

    def stand(self, side: Side, size: int) -> None:
        """Beside the table or below it, with so many cells or lines; out of sight where it is off."""
        self.display = side != "off"
        self.set_class(side == "below", "-below")
        if side == "below":
            self.styles.width, self.styles.height = "100%", size
        elif side == "beside":
            self.styles.width, self.styles.height = size, "100%"

    # The mouse drags the edge that it has towards the table

    def on_mouse_down(self, event: MouseDown) -> None:
        if (
            (event.screen_y == self.region.y)
            if self.has_class("-below")
            else (event.screen_x == self.region.x)
        ):
            self._dragging = True
            self.capture_mouse()

    def on_mouse_move(self, event: MouseMove) -> None:
        if self._dragging:
            region = self.region
            below = self.has_class("-below")
            size = region.bottom - event.screen_y if below else region.right - event.screen_x
            self.post_message(self.Dragged(int(size)))

    def on_mouse_up(self) -> None:
        if self._dragging:
            self._dragging = False
            self.release_mouse()

    def show(self, slug: str | None) -> None:
        """Is about this check from now on; None for a line that is no check."""
        if slug != self._slug:
            self._slug, self._details, self._problem = slug, None, ""
            if self._due is not None:
                self._due.stop()
            self._due = self.set_timer(_SETTLE_S, self._ask) if slug is not None else None
            self.draw()

    def news(self, changed: frozenset[str]) -> None:
        """The engine has news of these checks."""
        if self._slug in changed:
            if self._due is None:
                self._due = self.set_timer(_FRESH_S, self._ask)
            self.draw()

    def draw(self) -> None:
        """Shows what is known; only lines that have changed are painted."""
        if not self.is_mounted or not self.query(_Lines):
            return
        pulse = cast("PulseScreen", self.screen).pulse
        view = pulse.client.checks().get(self._slug) if self._slug is not None else None
        title, lines = self.query_one(OneLine), self.query_one(_Lines)
        if view is None:
            title.show([])
            lines.show([((" No check is under the cursor.", "muted"),)])
            return
        now = pulse.now()
        status = status_now(view, now)
        glyph, style = status_glyph(view, status, ascii_only=pulse.ascii_only)
        title.show(
            [(f" {glyph} ", style), (name_of(view), "strong"), (f"  {status_word(view, status)[0]}", style)]
        )
        lines.show(self._lines(view, max(lines.size.width - 1, 20)))

    def _lines(self, view: CheckView, width: int) -> list[Line]:
        pulse = cast("PulseScreen", self.screen).pulse
        now, zone = pulse.now(), pulse.viewer_zone
        said = full_stop(plain(sentence(view, now, zone)))
        lines: list[Line] = [((" ", "text"), (text, "text")) for text in wrap(said, width - 1)]
        if view.snoozed_until is not None and view.snoozed_until > now:
            left = countdown(view.snoozed_until, now)
            lines.append(((f" Snoozed: no alerts for another {left}.", "accent"),))
        lines.append(())
        if self._problem:
            told = wrap(plain(self._problem), width - 1)
            return [*lines, *(((" ", "text"), (text, "error")) for text in told)]
        if self._details is None:
            return [*lines, ((" Reading…", "muted"),)]
        from pulsetui.tui.details.panes import PANES, PaneContext

        context = PaneContext(
            now=now, width=width, zone=zone, info=pulse.client.info(), ascii_only=pulse.ascii_only
        )
        return [*lines, *PANES[0].draw(self._details, view, context)[0]]

    # The engine is asked on a thread

    def _ask(self) -> None:
        self._due = None
        screen, slug = cast("PulseScreen", self.screen), self._slug
        if slug is None:
            return
        client = screen.pulse.client
        fetch(
            screen,
            lambda: client.details(slug),
            lambda details: self._got(slug, details),
            group="beside",
            fail=lambda problem: self._failed(slug, problem),
        )

    def _got(self, slug: str, details: CheckDetails) -> None:
        if slug == self._slug:  # else the cursor has moved on
            self._details, self._problem = details, ""
            self.draw()

    def _failed(self, slug: str, problem: str) -> None:
        if slug == self._slug:
            self._problem = problem
            self.draw()
