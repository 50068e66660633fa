"""``pulsetui version``."""

from __future__ import annotations

import argparse

from pulsetui.cli.exit_codes import OK
from pulsetui.cli.output import out
from pulsetui.version import __version__


def version(options: argparse.Namespace) -> int:
    """Prints the version."""
    out(f"pulsetui {__version__}")
    return OK
