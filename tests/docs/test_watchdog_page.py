"""What docs/watchdog.md shows is valid, and names every key."""

from __future__ import annotations

import re
from pathlib import Path

from pulsetui.config.file.load import parse_config
from pulsetui.config.tables.watchdog import WATCHDOG
from pulsetui.hooks.registry import VALIDATORS

PAGE = (Path(__file__).parents[2] / "docs" / "watchdog.md").read_text("utf-8")
_TOML = re.compile(r"```toml\n(.*?)```", re.DOTALL)


def test_what_the_page_shows_can_be_configured_so() -> None:
    found = [parse_config(text, Path("checks.toml"), VALIDATORS).watchdogs for text in _TOML.findall(PAGE)]
    assert [len(watchdogs) for watchdogs in found] == [1, 1, 3]


def test_the_page_names_every_key() -> None:
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == list(WATCHDOG)
