"""Screens that are a list with the story of the entry under its cursor, out of an answer of the engine."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Generic, TypeVar

from textual.app import ComposeResult

from pulsetui.tui.base.screen import TickingScreen, fetch
from pulsetui.tui.draw.clocks import with_zone
from pulsetui.tui.draw.hints import Hints
from pulsetui.tui.draw.lines import Line, wrapped
from pulsetui.tui.draw.list_columns import ListContext
from pulsetui.tui.draw.story_list import STORY_FROM, STORY_LINES, HeaderLine, Story, StoryList, TitleLine

Answer = TypeVar("Answer")


class StoryScreen(TickingScreen, Generic[Answer]):
    """Asks on a thread, one question at a time. What fails is said above the list, which stays as it was."""

    _problem = ""
    _asking = False

    # What each of them says for itself

    @abstractmethod
    def question(self) -> Callable[[], Answer]:
        """What to ask the engine; it may block."""

    @abstractmethod
    def take(self, answer: Answer) -> None:
        """The engine has answered; the screen is drawn after it."""

    def lose(self) -> None:
        """The engine has not answered; asking again is for the screen."""

    @abstractmethod
    def title_line(self, width: int) -> Line: ...

    @abstractmethod
    def header_line(self, width: int) -> Line: ...

    @abstractmethod
    def list_lines(self, width: int) -> tuple[list[Line], list[object]]:
        """The lines of the list and their keys, None where nothing can be chosen."""

    @abstractmethod
    def story_lines(self, width: int) -> list[Line]:
        """Of the entry under the cursor; none hides the panel."""

    # The same for all

    def compose(self) -> ComposeResult:
        yield TitleLine(id="title")
        yield HeaderLine(id="header")
        yield StoryList(id="entries")
        yield Story(id="story", base="surface")
        yield Hints(id="hints")

    def on_mount(self) -> None:
        self.entries.focus()
        self.draw()
        self.ask()

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw)

    @property
    def entries(self) -> StoryList:
        return self.query_one(StoryList)

    @property
    def line_context(self) -> ListContext:
        return ListContext(
            now=self.pulse.now(), zone=self.pulse.viewer_zone, ascii_only=self.pulse.ascii_only
        )

    def ask(self) -> None:
        """Asks the engine, unless an answer is still to come."""
        if not self._asking:
            self._asking = True
            fetch(self, self.question(), self._answered, group="story", fail=self._failed)

    def _answered(self, answer: Answer) -> None:
        self._asking, self._problem = False, ""
        self.take(answer)
        self.draw()

    def _failed(self, problem: str) -> None:
        self._asking, self._problem = False, problem
        self.lose()
        self.draw()

    def draw(self) -> None:
        """Draws all of it anew; what has not changed costs little."""
        if not self.is_mounted:
            return
        width = self.entries.scrollable_content_region.width or max(self.size.width - 1, 10)
        title = self.title_line(self.size.width)
        self.query_one(TitleLine).show(with_zone(title, self.pulse.viewer_zone, self.size.width))
        self.query_one(HeaderLine).show(self.header_line(width))
        problem = wrapped(self._problem, width, "error") if self._problem else []
        lines, keys = self.list_lines(width)
        self.entries.show([*problem, *lines], [*([None] * len(problem)), *keys])
        self._draw_story()
        self.refresh_hints()

    def _draw_story(self) -> None:
        block, lines = self.query_one(Story), self.story_lines(self.size.width)
        block.display = self.size.height >= STORY_FROM and bool(lines)
        if lines:
            block.show(lines[:STORY_LINES])

    def on_story_list_moved(self) -> None:
        self._draw_story()
        self.refresh_hints()
