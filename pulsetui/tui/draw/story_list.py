"""A list with a title, a header, and the story of the entry under its cursor below."""

from __future__ import annotations

from textual.message import Message

from pulsetui.tui.draw.paint import LineList, OneLine

STORY_LINES = 7
STORY_FROM = 18
"""Lines of the screen: on a lower one the list needs all of them."""


class TitleLine(OneLine):
    """How many there are, and how many are in trouble."""


class HeaderLine(OneLine):
    """The titles of the columns."""

    BASE = "panel"


class StoryList(LineList):
    """Tells when its cursor has moved: the story below follows it."""

    class Moved(Message):
        """Another line is under the cursor."""

    def _move(self, index: int) -> None:
        super()._move(index)
        self.post_message(self.Moved())


class Story(LineList, can_focus=False):
    """What there is to know of one entry."""

    DEFAULT_CSS = f"Story {{ height: {STORY_LINES}; }}"
