"""What docs/actions.md shows is valid, and names every key and every place."""

from __future__ import annotations

import re
from pathlib import Path

from pulsetui.config.file.load import parse_config
from pulsetui.config.tables.actions import ACTION, PLACES
from pulsetui.tui.own_actions.beside import KEPT_BYTES, STOP_S
from pulsetui.tui.own_actions.own_actions import MAX_RUNNING

PAGE = (Path(__file__).parents[2] / "docs" / "actions.md").read_text("utf-8")
SAMPLE = (Path(__file__).parents[2] / "sample_checks.toml").read_text("utf-8")
_TOML = re.compile(r"```toml\n(.*?)```", re.DOTALL)


def test_what_the_page_shows_can_be_configured_so() -> None:
    found = [parse_config(text, Path("checks.toml"), {}).actions for text in _TOML.findall(PAGE)]
    assert [list(actions) for actions in found] == [["log", "ssh", "again"], ["log"]]


def test_the_page_names_every_key_and_every_place() -> None:
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == list(ACTION)
    assert [place for place in PLACES if f"`{{{place}}}`" not in PAGE] == []


def test_the_bounds_are_those_of_the_code() -> None:
    assert f"the last {KEPT_BYTES:,} bytes" in PAGE
    assert STOP_S == 5
    assert "killed five seconds later" in PAGE
    assert MAX_RUNNING == 8
    assert "Eight may run at one time" in PAGE


def test_the_actions_of_the_sample_would_be_valid() -> None:
    block = re.search(r"^# \[actions\..*?(?=^$)", SAMPLE, re.DOTALL | re.MULTILINE)
    assert block is not None
    text = re.sub(r"^# ?", "", block[0], flags=re.MULTILINE)
    assert list(parse_config(text, Path("checks.toml"), {}).actions) == ["log", "again"]
