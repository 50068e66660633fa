"""``pulsetui validate``: every problem of checks.toml, and what is valid but probably not meant."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pulsetui.cli.common_options import config_path
from pulsetui.cli.exit_codes import OK, USAGE
from pulsetui.cli.output import json_text, out, talk
from pulsetui.config.paths import absolute
from pulsetui.core.text.clean import clean
from pulsetui.core.text.phrases import count_text

if TYPE_CHECKING:
    from pulsetui.config.model import Config
    from pulsetui.config.problem import ConfigProblems


def validate(options: argparse.Namespace) -> int:
    """0 if the file is valid, else 2 with every problem in it."""
    from pulsetui.config.file.load import load_config
    from pulsetui.config.problem import ConfigProblems
    from pulsetui.hooks.registry import VALIDATORS

    path = absolute(options.file) if options.file else config_path(options)
    try:
        config = load_config(path, VALIDATORS)
    except ConfigProblems as error:
        if not options.json:
            raise
        out(json_text({"ok": False, "problems": _records(path, error)}))
        return USAGE
    warnings = _warnings(config)
    if options.json:
        counts = {"checks": len(config.checks), "hooks": len(config.hooks)}
        out(json_text({"ok": True, **counts, "problems": [], "warnings": warnings}))
        return OK
    for warning in warnings:
        talk(f"warning: {clean(warning)}")
    checks, hooks = count_text(len(config.checks), "check"), count_text(len(config.hooks), "hook")
    doubts = f", {count_text(len(warnings), 'warning')}" if warnings else ""
    out(f"{path}: {checks}, {hooks}, no problems{doubts}")
    return OK


def _records(path: Path, error: ConfigProblems) -> list[dict[str, object]]:
    return [
        {
            "file": str(path),
            "line": problem.line,
            "table": problem.where,
            "field": problem.field,
            "message": str(problem),
        }
        for problem in error.problems
    ]


def _warnings(config: Config) -> list[str]:
    from pulsetui.config.check_fields import odd_slugs
    from pulsetui.config.doubts.bare_spans import bare_sentences
    from pulsetui.config.doubts.exposed import exposed_secrets
    from pulsetui.config.doubts.proofs import proof_doubts
    from pulsetui.config.doubts.schedules import schedule_doubts
    from pulsetui.config.doubts.trust import distrust, distrust_actions
    from pulsetui.config.doubts.unheard import screenless, unheard

    warnings = [odd] if (odd := odd_slugs(config.checks)) else []
    if (found := distrust(config)) or (found := distrust_actions(config.path, list(config.actions))):
        warnings.append(found.text)
    warnings += exposed_secrets(config)
    if text := unheard(config, {}):
        warnings.append(text)
    elif text := unheard(config, screenless(config)):
        warnings.append(f"without a screen {text}")
    warnings += bare_sentences(config.bare_spans)
    warnings += proof_doubts(config)
    warnings += schedule_doubts(config.checks.values(), datetime.now(UTC))
    if config.keys:
        from pulsetui.tui.table.keys import user_keys  # the screen knows what can be bound

        warnings += user_keys(config.keys).problems
    return warnings
