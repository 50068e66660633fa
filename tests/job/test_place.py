"""Where the engine is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pulsetui.job import place

_ASK = """
import os
from pulsetui.job import place
import sys
ours = place.state_dir(), place.config_file()
loaded = "platformdirs" in sys.modules
import platformdirs
config = platformdirs.user_config_path("pulsetui") / "checks.toml"
theirs = str(platformdirs.user_state_path("pulsetui")), str(config)
print(ours == theirs, loaded, ours)
"""


@pytest.mark.parametrize(
    ("environment", "loads"),
    [
        ({"HOME": "/home/kim"}, False),
        ({"HOME": "/home/kim/"}, False),
        ({"HOME": "/home/kim", "XDG_STATE_HOME": "/var/s", "XDG_CONFIG_HOME": "/etc/x"}, False),
        ({"HOME": "/home/kim", "XDG_STATE_HOME": "/var/s/", "XDG_CONFIG_HOME": "/etc/x//"}, False),
        ({"HOME": "/home/kim", "XDG_STATE_HOME": "", "XDG_CONFIG_HOME": ""}, False),
        ({"HOME": "/"}, False),
        ({"HOME": "/home/kim", "XDG_STATE_HOME": "relative", "XDG_CONFIG_HOME": "~/x"}, True),
        ({"HOME": "/home/kim", "XDG_STATE_HOME": " "}, True),
        ({"HOME": ""}, True),
        ({}, True),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="the table is Linux's")
def test_the_places_are_those_of_platformdirs(environment: dict[str, str], loads: bool) -> None:
    asked = subprocess.run(
        [sys.executable, "-c", _ASK], env=environment, capture_output=True, text=True, check=True
    )

    assert asked.stdout.startswith(f"True {loads} "), asked.stdout


def test_an_option_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULSETUI_STATE_DIR", "/env/state")
    monkeypatch.setenv("PULSETUI_CONFIG", "/env/checks.toml")

    assert place.state_dir() == "/env/state"
    assert place.state_dir("/option") == "/option"
    assert place.config_file() == "/env/checks.toml"
    assert place.config_file("here.toml") == "here.toml"


def test_the_address_comes_from_the_option_then_the_environment_then_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PULSETUI_URL", raising=False)
    assert place.engine_url(None, str(tmp_path)) == "http://127.0.0.1:8787"

    (tmp_path / "engine.lock").write_text('{"pid": 1, "url": "http://127.0.0.1:9", "version": "1"}')
    assert place.engine_url(None, str(tmp_path)) == "http://127.0.0.1:9"

    monkeypatch.setenv("PULSETUI_URL", "http://env")
    assert place.engine_url(None, str(tmp_path)) == "http://env"
    assert place.engine_url("http://option", str(tmp_path)) == "http://option"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"url": 5}', '{"url": ""}', "\x00" * 50, "null"])
def test_a_lock_that_says_nothing_leaves_the_default(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PULSETUI_URL", raising=False)
    (tmp_path / "engine.lock").write_text(content)

    assert place.engine_url(None, str(tmp_path)) == place.DEFAULT_URL
