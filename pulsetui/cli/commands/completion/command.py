"""``pulsetui completion``: prints the script that makes a shell complete ``pulsetui``."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from pulsetui.cli.commands.completion.scripts import SCRIPTS
from pulsetui.cli.exit_codes import OK
from pulsetui.cli.output import out
from pulsetui.core.text.printable import printable
from pulsetui.errors import UsageError


def completion(options: argparse.Namespace) -> int:
    """Prints the script of the shell that is named, or else of the person's own."""
    shell = options.shell or Path(os.environ.get("SHELL", "")).name
    if shell not in SCRIPTS:
        said = f"{printable(shell, 40)} is not one of them" if shell else "SHELL does not say"
        raise UsageError(f"which shell? {said}; name one: {', '.join(SCRIPTS)}")
    out(SCRIPTS[shell].rstrip())
    return OK
