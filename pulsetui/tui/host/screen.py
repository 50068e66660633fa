"""The host of the engine: its crontabs and timers, and which check each of their jobs reports to."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import BindingType

from pulsetui.client.host import NOT_LOOKED_AT, HostJobView, HostView
from pulsetui.tui.base.story_screen import StoryScreen
from pulsetui.tui.base.verbs import bindings_on
from pulsetui.tui.draw.lines import Line
from pulsetui.tui.host.model import HostJobKey, host_header, host_lines, host_title, job_story


class HostScreen(StoryScreen[HostView]):
    """Asks for the last look now and then: the engine itself looks once a minute."""

    TICK_S = 5.0
    BINDINGS: ClassVar[list[BindingType]] = bindings_on("any")
    HINTS = ("back", "notices", "help")

    def __init__(self) -> None:
        super().__init__()
        self._host: HostView = NOT_LOOKED_AT

    @property
    def job(self) -> HostJobView | None:
        """The one under the cursor."""
        key = self.entries.key
        return next((one for one in self._host.jobs if HostJobKey(one.source) == key), None)

    def news(self, changed: frozenset[str], *, info: bool) -> None:
        if info:
            self.ask()

    def tick(self) -> None:
        self.ask()

    def question(self) -> Callable[[], HostView]:
        return self.pulse.client.host

    def take(self, answer: HostView) -> None:
        self._host = answer

    def title_line(self, width: int) -> Line:
        return host_title(self._host, width)

    def header_line(self, width: int) -> Line:
        return host_header(width)

    def list_lines(self, width: int) -> tuple[list[Line], list[object]]:
        return host_lines(self._host, width, self.line_context)

    def story_lines(self, width: int) -> list[Line]:
        job = self.job
        return [] if job is None else job_story(job, width, self.line_context)
