"""``pulsetui help``: what there is, and about the file, the keys, the hooks and where everything is kept."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Mapping, Sequence

from pulsetui.cli.command_table import COMMANDS
from pulsetui.cli.exit_codes import OK
from pulsetui.cli.output import out
from pulsetui.cli.parser import help_text
from pulsetui.core.text.nearest import nearest
from pulsetui.core.text.printable import printable
from pulsetui.errors import UsageError

SUBJECTS: Mapping[str, str] = {
    "config": "what may stand in checks.toml; with a KEY or table: only that",
    "keys": "the keys of the screen, and the names by which [keys] in checks.toml changes them",
    "files": "where configuration, state and log are here, and the variables that say so",
}
"""What else can be asked for, beside the commands. Each is a module here with a ``text(words, options)``."""


def help_(options: argparse.Namespace) -> int:
    """Prints the help of a command, that of a subject, or that of all."""
    if options.man:
        from pulsetui.cli.commands.help.man import man_page

        out(man_page().rstrip())
        return OK
    topic, words = options.topic, options.words
    if topic in SUBJECTS:
        out(_about(topic, words, options))
        return OK
    if words:
        raise UsageError(f'"{printable(words[0], 60)}" is one word too many; only "help config" takes more')
    _require_topic(topic)
    if topic in ("ping", "run"):
        return _own_help(topic)
    out(help_text(topic or "").rstrip())
    if topic is None:
        out("\nmore (pulsetui help SUBJECT):")
        width = max(map(len, SUBJECTS))
        for name, about in SUBJECTS.items():
            out(f"  {name:<{width}}  {about}")
    if topic == "hooks":
        out(_about_hooks())
    return OK


def _require_topic(topic: str | None) -> None:
    known = (*COMMANDS, *SUBJECTS)
    if topic is not None and topic not in known:
        near = nearest(topic, known)
        hint = f'did you mean "{near}"?' if near else f"there are {', '.join(known)}"
        raise UsageError(f'there is no command "{printable(topic, 80)}"; {hint}')


def _about(subject: str, words: Sequence[str], options: argparse.Namespace) -> str:
    module = importlib.import_module(f"pulsetui.cli.commands.help.{subject}")
    text: str = module.text(words, options)
    return text


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
    kinds = [f"  {name:<13} {', '.join(KINDS[name].options.names())}" for name in sorted(KINDS)]
    return "\n".join(
        [
            "\nkinds of hooks (type = …), and their options in [hooks.NAME]; those that all have:",
            "pulsetui help config hooks, pulsetui help config rules",
            *kinds,
            '\nplaceholders, in words = { title = "{name}: {detail}" } of any hook, in a webhook, and as',
            "whole arguments of a command (there also $PULSETUI_TITLE and so on). Instants are UTC.",
            *rows,
        ]
    )
