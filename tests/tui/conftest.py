"""For the tests of the screen."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _installed_in_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines to copy name the whole path of ``pulsetui``: one that is the same on every machine."""
    monkeypatch.setattr("pulsetui.tui.ways.target.program", lambda: "/srv/pulsetui/.venv/bin/pulsetui")
