"""``pulsetui init``: a first checks.toml, or the service of the engine."""

from __future__ import annotations

import argparse
import shlex

from pulsetui.cli.common_options import config_path
from pulsetui.cli.exit_codes import OK
from pulsetui.cli.first_config import write_first_config
from pulsetui.cli.output import out, talk
from pulsetui.errors import UsageError


def init(options: argparse.Namespace) -> int:
    """Writes a first checks.toml and prints its path; never overwrites one."""
    if options.systemd:
        from pulsetui.cli.commands.init_systemd import init_systemd

        return init_systemd(options)
    for name in ("user", "run_as", "print"):
        if getattr(options, name):
            raise UsageError(f"--{name.replace('_', '-')} is for --systemd: add that")
    path = config_path(options)
    write_first_config(path)
    out(str(path))
    talk(f"start watching with: {_with_options('pulsetui', options)}")
    return OK


def _with_options(command: str, options: argparse.Namespace) -> str:
    """The command with the options that were given to this one: without them it would work elsewhere."""
    given = (("--config", options.config), ("--state-dir", options.state_dir))
    return shlex.join([command, *(word for name, value in given if value for word in (name, value))])
