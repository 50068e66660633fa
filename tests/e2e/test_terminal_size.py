"""A real tmux pane whose environment tells the size of another terminal."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.pane import pane, write_config

CHECK = '[checks.sync-invoices]\nname = "Sync invoices"\nevery = "1h"\n'


def test_the_screen_has_the_size_of_its_pane_and_follows_it(tmp_path: Path) -> None:
    foreign = {"COLUMNS": "50", "LINES": "12"}
    with pane(*write_config(tmp_path, CHECK), width=120, height=30, env=foreign) as shown:
        text = shown.wait("? help")
        assert len(text.splitlines()) == 30
        assert "SCHEDULE" in text  # a column that 50 cells have no room for
        shown.tmux("resize-window", "-x", "80", "-y", "20")
        shown.wait(lambda now: "? help" in "".join(now.splitlines()[19:]) and "SCHEDULE" not in now)
