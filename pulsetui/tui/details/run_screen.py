"""One run: what is known of it, its pings, its output, and that against the last good run's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from pulsetui.client.status_words import run_word
from pulsetui.client.views import CheckDetails
from pulsetui.core.state.status import Outcome
from pulsetui.tui.base.screen import TickingScreen, fetch
from pulsetui.tui.base.verbs import bindings_on
from pulsetui.tui.details.pane import PaneContext, PingKey, run_glyph
from pulsetui.tui.details.run_diff import (
    SIDE_BY_SIDE_FROM,
    OutputDiff,
    compare,
    side_lines,
    unified_lines,
)
from pulsetui.tui.details.run_live import MAX_SAYINGS, Saying, goes_on, has_no_end, live_text, to_read
from pulsetui.tui.details.run_model import RunStory, story_of
from pulsetui.tui.details.run_page import run_facts
from pulsetui.tui.draw.body_text import Way, body_lines, is_binary
from pulsetui.tui.draw.hints import Hint, Hints
from pulsetui.tui.draw.lines import Line, Span, name_of, plain
from pulsetui.tui.draw.paint import LineList, OneLine
from pulsetui.tui.draw.reader import Text, TextReader, TextView

if TYPE_CHECKING:
    from textual.timer import Timer

    from pulsetui.client.client import EngineClient

_TABS = ("Run", "Output", "Diff to last good")
_IDS = ("facts", "output", "difference")
_OUTPUT_BESIDE_FROM = 140
"""Cells of the screen from which the output has room beside the facts."""
_FACTS = 84  # cells that they need
_FRESH_S = 1.0
"""A check that reports all the time is read again so often."""


class _Title(OneLine):
    """Which run of which check."""


class _Tabs(OneLine):
    """What is shown."""

    BASE = "panel"


class RunScreen(TickingScreen):
    """Opened from a list of runs, with the details that the list was drawn from."""

    DEFAULT_CSS = """
    #run-panes { layout: horizontal; }
    #run-panes #output.-beside { border-left: vkey $line; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,right,l", "tab(1)", "Next", tooltip="The next pane", id="run.next"),
        Binding("shift+tab,left,h", "tab(-1)", "Previous", tooltip="The previous pane", id="run.previous"),
        *(
            Binding(
                str(n + 1),
                f"show_tab({n})",
                tab,
                show=False,
                tooltip=f"Show: {tab.lower()}",
                id=f"run.tab_{n + 1}",
            )
            for n, tab in enumerate(_TABS)
        ),
        Binding(
            "r",
            "show_as('raw')",
            "Raw",
            tooltip="The output with control characters spelled out, or not",
            id="run.raw",
        ),
        Binding("x", "show_as('hex')", "Bytes", tooltip="The output byte by byte, or not", id="run.hex"),
        *bindings_on("any"),
    ]

    def __init__(self, slug: str, number: int, details: CheckDetails) -> None:
        super().__init__()
        self.slug = slug
        self.tab = 0
        self._number = number
        story = story_of(details, number)
        assert story is not None, "the run was chosen in the list of these details"
        self._details, self._story = details, story
        self._follows = goes_on(story.run)  # also to its end
        self._bodies: dict[int, bytes] = {}  # by the number of the ping
        self._sayings: list[Saying] = []
        self._question: Timer | None = None
        self._body: bytes | None = None
        self._way: Way = "text"
        self._difference: OutputDiff | None = None
        self._problem = ""

    def compose(self) -> ComposeResult:
        yield _Title(id="title")
        yield _Tabs(id="tabs")
        with Container(id="run-panes"):
            yield LineList(id="facts")
            yield TextReader(id="output")
            yield TextReader(id="difference")
        yield Hints(id="hints")

    def on_mount(self) -> None:
        self.action_show_tab(0)
        self._hear()
        self._read()

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    # What is new while it goes on

    def tick(self) -> None:
        if goes_on(self._story.run):
            self._draw()

    def news(self, changed: frozenset[str], *, info: bool) -> None:
        if self.slug in changed and self._question is None:
            self._question = self.set_timer(_FRESH_S, self._ask)

    def _ask(self) -> None:
        self._question = None
        client = self.pulse.client
        fetch(self, lambda: client.details(self.slug), self._told, group="run", fail=self._failed)

    def _told(self, details: CheckDetails) -> None:
        story = story_of(details, self._number)
        if story is None:
            return  # too old to be listed by now: what was known of it stays
        self._details, self._story, self._problem = details, story, ""
        self._hear()
        self._read()
        self._draw()

    def _hear(self) -> None:
        """Remembers how far the run says it is: the engine does not."""
        run = self._story.run
        if run.outcome is not Outcome.RUNNING or not run.detail:
            return
        if not self._sayings or self._sayings[-1].text != run.detail:
            self._sayings = [*self._sayings, Saying(self.pulse.now(), run.detail)][-MAX_SAYINGS:]

    def _read(self) -> None:
        """Fetches the bodies that are not here yet, and compares."""
        client, story, known = self.pulse.client, self._story, dict(self._bodies)

        def ask() -> tuple[RunStory, dict[int, bytes], OutputDiff]:
            return story, *_compared(client, self.slug, story, known)

        fetch(self, ask, self._got, group="run-bodies", fail=self._failed)

    def _got(self, answer: tuple[RunStory, dict[int, bytes], OutputDiff]) -> None:
        story, self._bodies, self._difference = answer
        output = b"" if story.output is None else self._bodies[story.output.n]
        if output != self._body:
            self._body = output
            self._way = "hex" if is_binary(output) else "text"
        self._draw()

    def _failed(self, problem: str) -> None:
        self._problem = problem
        self._draw()

    # Drawing

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        facts = self._place_panes()
        context = PaneContext(
            now=self.pulse.now(),
            width=max(self.size.width - 2, 10),
            height=self.size.height,
            zone=self.pulse.viewer_zone,
            info=self.pulse.client.info(),
            ascii_only=self.pulse.ascii_only,
        )
        view = self._details.view
        glyph, style = run_glyph(self._story.run, context)
        title: list[Span] = [
            (f" {glyph} {run_word(self._story.run.outcome, self._story.run.oddity)}", style),
            (f"  run {self._story.run.n} of ", "text"),
            (name_of(view), "strong"),
            (f"  {context.instant(self._story.run.started_at or self._story.run.ended_at)}", "muted"),
        ]
        self.query_one(_Title).show(title)
        spans: list[Span] = [(" ", "text")]
        for n, tab in enumerate(_TABS):
            on = n == self.tab
            title_text = f"{n + 1} {tab}"
            spans += [(f"[{title_text}]" if on else f" {title_text} ", "head-sorted" if on else "muted")]
        self.query_one(_Tabs).show(spans)
        told = replace(context, width=_facts_width(self.size.width))
        facts.show(*run_facts(self._details, self._story.run, self._story.good, self._story.pings, told))
        self.query_one("#output", TextReader).read(
            self._output_text(context), follow=self._follows and self._way == "text"
        )
        self.query_one("#difference", TextReader).read_lines(self._difference_lines(context))
        self.refresh_hints()

    def _place_panes(self) -> LineList:
        """The pane of the tab; on a wide screen the output stands beside the facts as well."""
        wide = self.tab == 0 and self.size.width >= _OUTPUT_BESIDE_FROM
        for n, name in enumerate(_IDS):
            self.query_one(f"#{name}").display = n == self.tab or (wide and name == "output")
        self.query_one("#output").set_class(wide, "-beside")
        facts = self.query_one("#facts", LineList)
        facts.styles.width = _facts_width(self.size.width) + 1 if wide else "100%"
        return facts

    def _output_text(self, context: PaneContext) -> Text:
        if self._problem:
            return [(plain(self._problem), "error")]
        if self._body is None:
            return [("Reading…", "muted")]
        if has_no_end(self._story.run) and self._way == "text":
            return live_text(self._story.run, self._story.pings, self._sayings, self._bodies, context)
        if self._body:
            return [(line, "text") for line in body_lines(self._body, self._way)]
        if not self._story.pings:
            return [("Its pings are too old to be listed.", "muted")]
        return [
            (
                "Its pings had no body: nothing was printed, or sent. To send the output, run the job with:",
                "muted",
            ),
            ("", "text"),
            (f"    pulsetui run {plain(self.slug)} -- COMMAND", "accent"),
        ]

    def _difference_lines(self, context: PaneContext) -> Sequence[Line]:
        if self._problem:
            return [((plain(self._problem), "error"),)]
        if self._difference is None:
            return [(("Reading…", "muted"),)]
        if self._story.good is None:
            return [(("No earlier good run is listed: there is nothing to compare with.", "muted"),)]
        when = context.instant(self._story.good.started_at or self._story.good.ended_at)
        if goes_on(self._story.run):
            return [(("This run is still going on: it can be compared when its output has come.", "muted"),)]
        if not self._body:
            return [(("This run sent no output: there is nothing to compare.", "muted"),)]
        if self._story.good_output is None:
            return [((f"No output of the good run of {when} is kept.", "muted"),)]
        titles = (
            f"run {self._story.good.n}, {when}, good",
            f"run {self._story.run.n}, this one: {run_word(self._story.run.outcome, self._story.run.oddity)}",
        )
        if self.size.width >= SIDE_BY_SIDE_FROM:
            return list(side_lines(self._difference, titles, context.width, ascii_only=context.ascii_only))
        unified: list[Span] = [(f"- {titles[0]}", "calm"), (f"+ {titles[1]}", "up"), ("", "text")]
        return [(span,) for span in (*unified, *unified_lines(self._difference))]

    # Keys

    def action_tab(self, by: int) -> None:
        self.action_show_tab((self.tab + by) % len(_TABS))

    def action_show_tab(self, number: int) -> None:
        self.tab = number
        self._place_panes()
        focused = self.query_one("#facts", LineList) if number == 0 else self._reader.query_one(TextView)
        focused.focus()
        self._draw()

    @property
    def _reader(self) -> TextReader:
        return self.query_one(f"#{_IDS[self.tab]}", TextReader)

    def action_show_as(self, way: Way) -> None:
        self._way = "text" if self._way == way else way
        if self.tab != 1:
            self.action_show_tab(1)
        self._draw()

    def on_line_list_chosen(self, message: LineList.Chosen) -> None:
        if isinstance(message.key, PingKey):
            from pulsetui.tui.details.body import BodyScreen

            self.app.push_screen(BodyScreen(self.slug, message.key.n))

    def refresh_hints(self) -> None:
        hints = [Hint("Esc", "back"), Hint("Tab", "next pane")]
        if self.tab:
            hints += [Hint("/", "search"), Hint("n N", "next, previous")]
            if self.tab == 1:
                hints += [Hint("r", "raw"), Hint("x", "bytes")]
        else:
            hints.append(Hint("Enter", "body", on=bool(self._story.pings)))
        self.query_one(Hints).offer([*hints, Hint("?", "help")])


def _facts_width(width: int) -> int:
    """Cells of the facts on a screen that is so wide, without the scrollbar."""
    return max(_FACTS, width // 2) if width >= _OUTPUT_BESIDE_FROM else max(width - 2, 10)


def _compared(
    client: EngineClient, slug: str, story: RunStory, known: Mapping[int, bytes]
) -> tuple[dict[int, bytes], OutputDiff]:
    """The bodies that the run's page shows, and the difference; on a thread, since both may take a while."""
    wanted = to_read(story.pings) if has_no_end(story.run) else []
    bodies = {ping.n: known.get(ping.n) or client.ping_body(slug, ping.n) for ping in wanted}
    for ping in (story.output, story.good_output):
        if ping is not None and ping.n not in bodies:
            bodies[ping.n] = known.get(ping.n) or client.ping_body(slug, ping.n)
    if story.output is None or story.good_output is None or goes_on(story.run):
        return bodies, OutputDiff()
    return bodies, compare(bodies[story.good_output.n], bodies[story.output.n])
