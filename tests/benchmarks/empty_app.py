"""The floor of the screen: a Textual app with one line of text and nothing to do."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static


class EmptyApp(App[None]):
    """One line of text."""

    def compose(self) -> ComposeResult:
        yield Static("nothing to see here")


if __name__ == "__main__":
    EmptyApp().run()
