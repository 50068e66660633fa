"""For the tests of the screen."""

from __future__ import annotations

import os

import pytest

# Before Textual is imported: it reads these once.
os.environ["TEXTUAL_ANIMATIONS"] = "none"
os.environ["COLORTERM"] = "truecolor"
for name in ("NO_COLOR", "TMUX"):
    os.environ.pop(name, None)


@pytest.fixture(autouse=True)
def _installed_in_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines to copy name the whole path of ``pulsetui``: one that is the same on every machine."""
    monkeypatch.setattr("pulsetui.tui.ways.target.program", lambda: "/srv/pulsetui/.venv/bin/pulsetui")
