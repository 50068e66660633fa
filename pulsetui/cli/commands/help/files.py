"""``pulsetui help files``: where everything is kept, for this user with these options."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pulsetui.cli.common_options import config_path, state_dir
from pulsetui.config.paths import CONFIG_VARIABLE, LAST_GOOD_NAME, STATE_VARIABLE
from pulsetui.core.text.clean import clean
from pulsetui.errors import UsageError
from pulsetui.monitor.logfile import LOG_NAME
from pulsetui.tui.terminal.colours import VARIABLE as COLOURS_VARIABLE

VARIABLES: Mapping[str, str] = {
    CONFIG_VARIABLE: "checks.toml, in the place of --config",
    STATE_VARIABLE: "the state directory, in the place of --state-dir",
    "PULSETUI_URL": "the engine's address, for ping, run and reports from Python",
    "PULSETUI_API_KEY": "the key of an engine elsewhere, in the place of --api-key",
    COLOURS_VARIABLE: "of the screen: auto (as the terminal says), truecolor, 256 or 16",
    "NO_COLOR": "no colours",
}
"""Of the environment, and what each says."""


def text(words: Sequence[str], options: argparse.Namespace) -> str:
    """Paths as they are, and whether there is anything."""
    if words:
        raise UsageError(f'"help files" takes no further word, got "{clean(words[0], 60)}"')
    return "\n".join(_lines(config_path(options), state_dir(options), os.environ))


def _lines(config: Path, state: Path, environ: Mapping[str, str]) -> Iterator[str]:
    rows = (
        ("configuration", config, "pulsetui init writes a first one"),
        ("state", state, "made when the engine starts first; nobody else may read it"),
        ("log", state / LOG_NAME, ""),
        ("last good configuration", state / LAST_GOOD_NAME, "a copy of what ran last"),
    )
    for what, path, about in rows:
        there = "" if _is_there(path) else "(not there yet)"
        yield f"{what + ':':<25}{clean(str(path), 500)} {there}".rstrip()
        if about:
            yield f"{'':<25}{about}"
    yield "\nvariables:"
    for name, says in VARIABLES.items():
        given = environ.get(name, "")
        shown = "" if not given else " (set)" if name == "PULSETUI_API_KEY" else f" = {clean(given, 200)}"
        yield f"  {name:<19} {says}{shown}"


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False
