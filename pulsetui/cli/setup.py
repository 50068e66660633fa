"""Set-up: ``init``, ``validate``, ``version``."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from pulsetui.cli.engine import config_path
from pulsetui.cli.output import json_text, out, talk
from pulsetui.config.paths import absolute
from pulsetui.errors import ConfigError
from pulsetui.version import __version__

FIRST_CONFIG = """\
# The checks that PulseTUI watches. Edit it by hand or from the screen: both keep your comments.
# Durations: 90s 15m 1h30m 2d 1w. See the whole file's problems with: pulsetui validate

# The zone that schedules are read in, unless a check names its own.
timezone = "UTC"

[listener]
# Jobs report here:  curl -fsS http://127.0.0.1:8787/ping/backup
listen = "127.0.0.1:8787"
# Needed when the address is not loopback; then jobs report to /ping/<ping_key>/<slug>.
# ping_key = "choose-a-long-random-word"

# Ways to tell somebody. Checks use all of them unless they name their own.
# [hooks.desktop]
# type = "desktop"

# One table for each check. Take the marks away, or run: pulsetui add backup --cron "0 2 * * *"
# [checks.backup]
# name = "Nightly backup"
# cron = "0 2 * * *"          # or every = "15m", or calendar = "Mon..Fri 06:00"
# grace = "30m"               # tolerated after due; past it the check is overdue
# max_runtime = "20m"         # a run that takes longer has hung
# expect = ["records >= 1"]   # a success that reports less is a failure
# tags = ["nightly"]
"""


def version(options: argparse.Namespace) -> int:
    """Prints the version."""
    out(f"pulsetui {__version__}")
    return 0


def fast(options: argparse.Namespace) -> int:
    """Stands in the table of commands for ``ping`` and ``run``, so that ``pulsetui --help`` lists them."""
    raise AssertionError(f"{options.command} does not come through the full parser")


def init(options: argparse.Namespace) -> int:
    """Writes a first checks.toml and prints where; never overwrites one."""
    path = config_path(options)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise ConfigError(f"{path} is already there; look at it with: pulsetui validate") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror or error}") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(FIRST_CONFIG)
        file.flush()
        os.fsync(file.fileno())
    out(str(path))
    talk("start watching with: pulsetui")
    return 0


def validate(options: argparse.Namespace) -> int:
    """0 when the file is right, 2 with every problem of it when not."""
    from pulsetui.config.load import load_config
    from pulsetui.config.problem import ConfigProblems
    from pulsetui.hooks.registry import VALIDATORS

    path: Path = absolute(options.file) if options.file else config_path(options)
    try:
        config = load_config(path, VALIDATORS)
    except ConfigProblems as error:
        if options.json:
            problems = [
                {
                    "file": str(path),
                    "line": problem.line,
                    "table": problem.where,
                    "field": problem.field,
                    "message": str(problem),
                }
                for problem in error.problems
            ]
            out(json_text({"ok": False, "problems": problems}))
            return 2
        raise
    if options.json:
        out(json_text({"ok": True, "checks": len(config.checks), "hooks": len(config.hooks), "problems": []}))
    else:
        out(
            f"{path}: {_count(len(config.checks), 'check')}, {_count(len(config.hooks), 'hook')}, no problems"
        )
    return 0


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
