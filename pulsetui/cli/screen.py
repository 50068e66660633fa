"""``pulsetui`` without a command: the live table, with the engine inside or attached to one that runs."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from pulsetui.cli import engine, logs
from pulsetui.cli.output import glyphs
from pulsetui.cli.serve import listen_address
from pulsetui.core.phrases import GLYPH_ASCII
from pulsetui.errors import StateHeldError
from pulsetui.job.report import UsageError

if TYPE_CHECKING:
    from pulsetui.monitor.client import EngineClient


def screen(options: argparse.Namespace) -> int:
    """Runs until the person quits."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "the live table needs a terminal; without one use: pulsetui serve, pulsetui list, pulsetui status"
        )
    state = engine.state_dir(options)
    address = listen_address(options)
    logs.start(state, stderr=False)
    if options.attach or _runs(options):
        return _attached(options)
    from pulsetui.cli.host import open_engine

    try:
        with open_engine(engine.config_path(options), state, address) as host:
            return show(host.client)
    except StateHeldError:
        return _attached(options)  # another one was a moment faster


def show(client: EngineClient) -> int:
    """The screen over any engine."""
    from pulsetui.tui.app import PulseApp

    app = PulseApp(client, ascii_only=glyphs() is GLYPH_ASCII)
    app.run()
    return app.return_code or 0


def _runs(options: argparse.Namespace) -> bool:
    from pulsetui.attach.find import find_engine

    return find_engine(engine.state_dir(options)) is not None


def _attached(options: argparse.Namespace) -> int:
    client = engine.connect(options, live=True)
    try:
        return show(client)
    finally:
        client.close()
