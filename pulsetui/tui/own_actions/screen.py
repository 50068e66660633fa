"""What an action prints that runs beside the screen, as it comes."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from pulsetui.core.text.clean import clean_lines, decode
from pulsetui.tui.base.screen import TickingScreen
from pulsetui.tui.base.verbs import bindings_on
from pulsetui.tui.draw.body_text import MAX_COLUMNS, MAX_LINES
from pulsetui.tui.draw.hints import Hint, Hints
from pulsetui.tui.draw.lines import Span, agreed_widths, plain
from pulsetui.tui.draw.paint import OneLine
from pulsetui.tui.draw.reader import TextReader
from pulsetui.tui.own_actions.beside import BesideRun
from pulsetui.tui.own_actions.how_it_went import name_of_run, state_of


class _Title(OneLine):
    """Which action on which check, and how it stands."""


class _CommandLine(OneLine):
    """What was run."""

    BASE = "panel"


class ActionScreen(TickingScreen):
    """Follows while its end is in sight. Closing it stops nothing."""

    TICK_S = 0.5
    HINTS: ClassVar[tuple[str, ...]] = ("back", "help")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "s", "stop", "Stop", tooltip="Stop what runs: it is asked to end, then killed", id="action.stop"
        ),
        Binding("G,end", "newest", "Newest", tooltip="To the end, and follow it", id="action.newest"),
        *bindings_on("any", back="Go back; what runs goes on"),
    ]

    def __init__(self, run: BesideRun) -> None:
        super().__init__()
        self.run_shown = run
        self.following = True
        self._drawn: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        yield _Title(id="title")
        yield _CommandLine(id="command")
        yield TextReader(id="output")
        yield Hints(id="hints")

    def on_mount(self) -> None:
        super().on_mount()
        reader = self.query_one(TextReader)
        reader.view.focus()
        self.watch(reader.view, "scroll_y", self._scrolled, init=False)
        self.query_one(_CommandLine).show([(f" $ {plain(self.run_shown.command)}", "muted")])
        self.call_after_refresh(self.tick)

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw_anew)

    def _draw_anew(self) -> None:
        self._drawn = ()
        self.tick()

    def tick(self) -> None:
        run = self.run_shown
        state = state_of(run, self.pulse.now())
        title: list[Span] = [(f" {name_of_run(run)}  ", "strong"), *state]
        if not self.following:
            title.append(("  not following: G goes to the end", "warning"))
        self.query_one(_Title).show(title)
        # Asked before the output: what came in between is then drawn by the next tick.
        picture = (run.size, run.code)
        if picture == self._drawn:
            return
        self._drawn = picture
        view = self.query_one(TextReader).view
        top = view.scroll_offset.y
        self.query_one(TextReader).read(output_lines(run))
        if self.following:
            self.call_after_refresh(self.action_newest)
        else:
            view.scroll_to(y=top, animate=False)
        self.refresh_hints()

    def _scrolled(self) -> None:
        view = self.query_one(TextReader).view
        self.following = view.scroll_offset.y >= len(view.lines) - view.size.height

    def action_newest(self) -> None:
        view = self.query_one(TextReader).view
        view.scroll_to(y=len(view.lines), animate=False)

    def action_stop(self) -> None:
        if self.run_shown.code is None:
            self.run_shown.stop()
            self.tick()
        else:
            self.say("It has ended already", severity="warning")

    def refresh_hints(self) -> None:
        if not self.is_mounted:
            return
        running = self.run_shown.code is None
        hints = [Hint("Esc", "back"), Hint("s", "stop", running), Hint("/", "search"), Hint("G", "newest")]
        self.query_one(Hints).offer([*hints, Hint("?", "help")])


def output_lines(run: BesideRun) -> list[Span]:
    """What it has printed so far, its end: cleaned, and bounded in lines and columns."""
    printed, skipped = run.output
    lines = [agreed_widths(line) for line in clean_lines(decode(printed), MAX_LINES, MAX_COLUMNS, tail=True)]
    if not lines:
        return [
            ("Nothing was printed." if run.code is not None else "Nothing has been printed yet.", "muted")
        ]
    first: list[Span] = [(f"… {skipped} bytes before this are no longer kept", "muted")] if skipped else []
    return [*first, *((line, "text") for line in lines)]
