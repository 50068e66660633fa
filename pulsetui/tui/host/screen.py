"""The host of the engine: its crontabs and timers, and which check each of their jobs reports to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from pulsetui.client.host import NOT_LOOKED_AT, HostJobView, HostView
from pulsetui.tui.base.screen import TickingScreen, fetch
from pulsetui.tui.base.verbs import Situation, bindings_on
from pulsetui.tui.draw.hints import Hints
from pulsetui.tui.draw.lines import wrapped
from pulsetui.tui.draw.story_list import STORY_FROM, STORY_LINES, HeaderLine, Story, StoryList, TitleLine
from pulsetui.tui.host.model import (
    HostJobKey,
    HostLineContext,
    host_header,
    host_lines,
    host_title,
    job_story,
)


class HostScreen(TickingScreen):
    """Asks for the last look on a thread, now and then: the engine itself looks once a minute."""

    TICK_S = 5.0
    BINDINGS: ClassVar[list[BindingType]] = bindings_on("any")

    def __init__(self) -> None:
        super().__init__()
        self._host: HostView = NOT_LOOKED_AT
        self._problem = ""
        self._asking = False

    def compose(self) -> ComposeResult:
        yield TitleLine(id="title")
        yield HeaderLine(id="header")
        yield StoryList(id="jobs")
        yield Story(id="story", base="surface")
        yield Hints(id="hints")

    def on_mount(self) -> None:
        self.entries.focus()
        self._draw()
        self.tick()

    @property
    def entries(self) -> StoryList:
        return self.query_one(StoryList)

    @property
    def job(self) -> HostJobView | None:
        """The one under the cursor."""
        key = self.entries.key
        return next((one for one in self._host.jobs if HostJobKey(one.source) == key), None)

    # The engine

    def news(self, changed: frozenset[str], *, info: bool) -> None:
        if info:
            self.tick()

    def tick(self) -> None:
        if self._asking:
            return
        self._asking = True
        fetch(self, self.pulse.client.host, self._got, group="host", fail=self._failed)

    def _got(self, host: HostView) -> None:
        self._asking = False
        self._host, self._problem = host, ""
        self._draw()

    def _failed(self, problem: str) -> None:
        self._asking = False
        self._problem = problem
        self._draw()

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    # Drawing

    @property
    def _line_context(self) -> HostLineContext:
        return HostLineContext(
            now=self.pulse.now(), zone=self.pulse.viewer_zone, ascii_only=self.pulse.ascii_only
        )

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        width = self.entries.scrollable_content_region.width or max(self.size.width - 1, 10)
        self.query_one(TitleLine).show(host_title(self._host, self.size.width))
        self.query_one(HeaderLine).show(host_header(width))
        problem = wrapped(self._problem, width, "error") if self._problem else []
        lines, keys = host_lines(self._host, width, self._line_context)
        self.entries.show([*problem, *lines], [*([None] * len(problem)), *keys])
        self._draw_story()
        self.refresh_hints()

    def _draw_story(self) -> None:
        block, job = self.query_one(Story), self.job
        block.display = self.size.height >= STORY_FROM and job is not None
        if job is not None:
            block.show(job_story(job, self.size.width, self._line_context)[:STORY_LINES])

    def on_story_list_moved(self) -> None:
        self._draw_story()

    def hint_ids(self, situation: Situation) -> Sequence[str]:
        return ["back", "notices", "help"]
