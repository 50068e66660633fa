"""How many colours there are, by all that a terminal says of itself."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from pulsetui.tui.terminal.colours import Colours, FoundColours, find_colours

FULL = "COLORTERM"


def nobody_asks() -> list[str]:
    raise AssertionError("tmux is asked although the screen is not in it")


@pytest.mark.parametrize(
    ("environ", "colours"),
    [
        ({"TERM": "xterm-256color", FULL: "truecolor"}, "truecolor"),
        ({"TERM": "xterm", FULL: "24bit"}, "truecolor"),
        ({"TERM": "xterm-256color"}, "256"),  # over SSH
        ({"TERM": "tmux-256color"}, "256"),  # in a tmux on the near side of an SSH
        ({"TERM": "screen-256color"}, "256"),
        ({"TERM": "screen.xterm-256color"}, "256"),
        ({"TERM": "xterm-256color", FULL: "yes"}, "256"),
        ({"TERM": "xterm-kitty"}, "truecolor"),  # names that say it, and travel
        ({"TERM": "xterm-direct"}, "truecolor"),
        ({"TERM": "foot-extra"}, "truecolor"),
        ({"TERM": "linux"}, "16"),
        ({"TERM": "xterm"}, "16"),
        ({"TERM": "vt220"}, "16"),
        ({}, "16"),
        ({"TERM": "linux", "PULSETUI_COLORS": "256"}, "256"),
        ({"TERM": "xterm-256color", FULL: "truecolor", "PULSETUI_COLORS": "16"}, "16"),
        ({"TERM": "xterm-256color", "PULSETUI_COLORS": " TrueColor "}, "truecolor"),
        ({"TERM": "xterm-256color", "PULSETUI_COLORS": "auto"}, "256"),
    ],
)
def test_outside_tmux_the_environment_says_it(environ: Mapping[str, str], colours: str) -> None:
    assert find_colours(environ, nobody_asks) == FoundColours(Colours(colours))


@pytest.mark.parametrize(
    ("clients", "colours"),
    [
        (["xterm-256color bpaste,RGB,title"], "truecolor"),
        (["xterm-256color bpaste,title"], "256"),
        (
            ["alacritty 256,title"],
            "256",
        ),  # tmux does not know that it has all: it hands on no more than these
        (["linux bpaste,focus,title"], "16"),
        (["xterm-kitty RGB", "xterm-256color title"], "256"),  # what all of them have
        (["linux ", "xterm-kitty RGB"], "16"),
        ([], "truecolor"),  # nobody is attached, or no answer: what the environment says
    ],
)
def test_in_tmux_those_around_it_decide(clients: list[str], colours: str) -> None:
    environ = {"TERM": "tmux-256color", FULL: "truecolor", "TMUX": "/tmp/tmux-0/default,1,0"}

    assert find_colours(environ, lambda: clients).colours == colours


@pytest.mark.parametrize("told", ["millions", "8", "\x1b[31m", "truecolour", "256 "])
def test_a_setting_that_is_none_is_told_and_stops_nothing(told: str) -> None:
    found = find_colours({"TERM": "xterm-256color", "PULSETUI_COLORS": told})

    assert found.colours == "256"
    assert ("auto, truecolor, 256, 16" in found.problem) == (told != "256 ")
    assert "\x1b" not in found.problem


@pytest.mark.parametrize(
    ("script", "colours"),
    [
        ('echo "xterm-256color bpaste,RGB"', Colours.ALL),
        ("echo; echo linux focus", Colours.SIXTEEN),  # an empty line for a client in control mode
        ("exit 1", Colours.INDEXED),
        ("printf '\\377\\n'", Colours.SIXTEEN),
        ("kill -9 $$", Colours.INDEXED),
    ],
)
def test_tmux_is_asked_and_may_fail(
    script: str, colours: Colours, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmux = tmp_path / "tmux"
    tmux.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\n{script}\n')
    tmux.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("TMUX_PANE", "%7")

    assert find_colours({"TERM": "tmux-256color", "TMUX": "x"}).colours == colours
    assert "list-clients" in (tmp_path / "asked").read_text()
    assert "-t %7" in (tmp_path / "asked").read_text()


def test_a_tmux_that_cannot_be_run_leaves_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")

    assert find_colours({"TERM": "tmux-256color", "TMUX": "x"}).colours == Colours.INDEXED
