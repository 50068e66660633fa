"""The deploys on a screen of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import BindingType

from pulsetui.client.deploys import DeployView
from pulsetui.tui.base.story_screen import StoryScreen
from pulsetui.tui.base.verbs import bindings_on
from pulsetui.tui.deploys.model import (
    ReleaseJobKey,
    deploys_header,
    deploys_lines,
    deploys_title,
    release_story,
)
from pulsetui.tui.draw.lines import Line


class DeploysScreen(StoryScreen[tuple[DeployView, ...]]):
    """Asks anew now and then: what is due becomes overdue by the clock alone."""

    TICK_S = 5.0
    BINDINGS: ClassVar[list[BindingType]] = bindings_on("any")
    HINTS = ("back", "notices", "help")

    def __init__(self) -> None:
        super().__init__()
        self._deploys: tuple[DeployView, ...] = ()

    def news(self, changed: frozenset[str], *, info: bool) -> None:
        self.ask()

    def tick(self) -> None:
        self.ask()

    def question(self) -> Callable[[], tuple[DeployView, ...]]:
        return self.pulse.client.deploys

    def take(self, answer: tuple[DeployView, ...]) -> None:
        self._deploys = answer

    def title_line(self, width: int) -> Line:
        return deploys_title(self._deploys, width)

    def header_line(self, width: int) -> Line:
        return deploys_header(width)

    def list_lines(self, width: int) -> tuple[list[Line], list[object]]:
        return deploys_lines(self._deploys, width, self.line_context)

    def story_lines(self, width: int) -> list[Line]:
        key = self.entries.key
        if not isinstance(key, ReleaseJobKey):
            return []
        found = (
            (deploy, job)
            for deploy in self._deploys
            if deploy.key == key.deploy
            for job in deploy.jobs
            if job.slug == key.slug
        )
        return next((release_story(*one, width, self.line_context) for one in found), [])
