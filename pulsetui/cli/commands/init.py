"""Set-up: ``init``, ``validate``, ``version``."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from pulsetui.cli.connect import config_path, write_first_config
from pulsetui.cli.output import json_text, out, talk
from pulsetui.config.paths import absolute
from pulsetui.core.text.clean import clean
from pulsetui.core.text.phrases import count_text
from pulsetui.version import __version__


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
    write_first_config(path)
    out(str(path))
    talk("start watching with: pulsetui")
    return 0


def validate(options: argparse.Namespace) -> int:
    """0 when the file is right, 2 with every problem of it when not."""
    from pulsetui.config.check_fields import odd_slugs
    from pulsetui.config.doubts import schedule_doubts
    from pulsetui.config.file.load import load_config
    from pulsetui.config.problem import ConfigProblems
    from pulsetui.config.trust import distrust
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
    warnings = [odd] if (odd := odd_slugs(config.checks)) else []
    warnings += [found.text] if (found := distrust(config)) else []
    warnings += schedule_doubts(config.checks.values(), datetime.now(UTC))
    if options.json:
        counts = {"checks": len(config.checks), "hooks": len(config.hooks)}
        out(json_text({"ok": True, **counts, "problems": [], "warnings": warnings}))
    else:
        for warning in warnings:
            talk(f"warning: {clean(warning)}")
        checks, hooks = count_text(len(config.checks), "check"), count_text(len(config.hooks), "hook")
        doubts = f", {count_text(len(warnings), 'warning')}" if warnings else ""
        out(f"{path}: {checks}, {hooks}, no problems{doubts}")
    return 0
