"""How many colours the terminal has.

``COLORTERM`` says that it has all of them, but does not travel: after ``ssh`` only ``TERM`` is left, and that
names 256 or nothing. Inside tmux neither helps. tmux takes every colour and hands on the nearest of those
that the terminal around it has, which may be another than the one it was started in: tmux itself is asked.
"""

from __future__ import annotations

import logging
import os
import subprocess
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from pulsetui.core.text.clean import clean

log = logging.getLogger(__name__)

VARIABLE = "PULSETUI_COLORS"
_AUTO = "auto"
_TMUX_TIMEOUT_S = 0.5
"""tmux answers within milliseconds; without an answer ``TERM`` has to do."""
_FULL = ("xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm", "contour", "rio")
"""Terminals with all colours whose names reach the far side of an ``ssh``."""


class Colours(StrEnum):
    """What a terminal can show; the values are those of ``PULSETUI_COLORS``."""

    ALL = "truecolor"
    INDEXED = "256"
    SIXTEEN = "16"


class FoundColours(NamedTuple):
    """``problem`` is what was wrong with ``PULSETUI_COLORS``, in a sentence; "" when nothing was."""

    colours: Colours
    problem: str = ""


def find_colours(
    environ: Mapping[str, str], clients: Callable[[], Iterable[str]] | None = None
) -> FoundColours:
    """What ``PULSETUI_COLORS`` says; else what the terminal has by all that is known of it.

    ``clients`` gives a line ``TERM FEATURES`` for each terminal around tmux; None asks tmux.
    """
    told = environ.get(VARIABLE, "").strip().lower()
    if told in set(Colours):
        return FoundColours(Colours(told))
    found = _in_tmux(environ, clients or _clients_of_tmux) or _by_environment(environ)
    if told in {"", _AUTO}:
        return FoundColours(found)
    named = ", ".join((_AUTO, *Colours))
    return FoundColours(found, f'{VARIABLE}="{clean(told, 40)}" is ignored: it must be one of {named}')


def _by_environment(environ: Mapping[str, str]) -> Colours:
    if environ.get("COLORTERM", "").strip().lower() in {"truecolor", "24bit"}:
        return Colours.ALL
    return _by_name(environ.get("TERM", "").strip().lower())


def _by_name(term: str) -> Colours:
    if term.endswith("-direct") or term.startswith(_FULL):
        return Colours.ALL
    return Colours.INDEXED if "256color" in term else Colours.SIXTEEN


def _in_tmux(environ: Mapping[str, str], clients: Callable[[], Iterable[str]]) -> Colours | None:
    """What every terminal has that shows this pane; None outside tmux and while nobody is attached."""
    if not environ.get("TMUX"):
        return None
    seen = set()
    for line in clients():
        term, _, features = line.strip().lower().partition(" ")
        seen.add(Colours.ALL if "rgb" in features.split(",") else _without_rgb(term))
    return next((colours for colours in reversed(Colours) if colours in seen), None)


def _without_rgb(term: str) -> Colours:
    """tmux hands on no more than 256 colours to a terminal of which it does not know that it has all."""
    known = _by_name(term)
    return Colours.INDEXED if known is Colours.ALL else known


def _clients_of_tmux() -> list[str]:
    command = [
        "tmux",
        "list-clients",
        "-F",
        "#{?client_control_mode,,#{client_termname} #{client_termfeatures}}",
    ]
    if pane := os.environ.get("TMUX_PANE"):
        command += ["-t", pane]
    try:
        answer = subprocess.run(
            command, capture_output=True, text=True, errors="replace", check=True, timeout=_TMUX_TIMEOUT_S
        )
    except (OSError, subprocess.SubprocessError) as error:
        log.info("tmux does not say what the terminal around it has: %s", error)
        return []
    return [line for line in answer.stdout.splitlines() if line.strip()]
