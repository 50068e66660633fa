"""``pulsetui help``: what there is, and for hooks also what their texts may name."""

from __future__ import annotations

import argparse

from pulsetui.cli.command_table import COMMANDS
from pulsetui.cli.exit_codes import OK
from pulsetui.cli.output import out
from pulsetui.cli.parser import help_text
from pulsetui.core.text.nearest import nearest
from pulsetui.core.text.printable import printable
from pulsetui.errors import UsageError


def help_(options: argparse.Namespace) -> int:
    """Prints the help of a command, or that of all."""
    topic: str | None = options.topic
    if topic is not None and topic not in COMMANDS:
        near = nearest(topic, COMMANDS)
        hint = f'did you mean "{near}"?' if near else f"there are {', '.join(COMMANDS)}"
        raise UsageError(f'there is no command "{printable(topic, 80)}"; {hint}')
    if topic in ("ping", "run"):
        return _own_help(topic)
    out(help_text(topic or "").rstrip())
    if topic == "hooks":
        out(_about_hooks())
    return OK


def _own_help(topic: str) -> int:
    """Of the commands that run beside jobs, which have parsers of their own."""
    from pulsetui.job import ping, run

    code: int = (ping if topic == "ping" else run).main(["--help"])
    return code


def _about_hooks() -> str:
    from pulsetui.hooks.facts import FACTS
    from pulsetui.hooks.registry import KINDS

    width = max(map(len, FACTS)) + 2
    rows = [f"  {f'{{{name}}}':<{width}}  {says}" for name, says in FACTS.items()]
    return "\n".join(
        [
            f"\nkinds of hooks (type = …): {', '.join(sorted(KINDS))}",
            '\nplaceholders, in words = { title = "{name}: {detail}" } of any hook, in a webhook, and as',
            "whole arguments of a command (there also $PULSETUI_TITLE and so on). Instants are UTC.",
            *rows,
        ]
    )
