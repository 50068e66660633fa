"""``pulsetui`` without a command: the live table, with the engine inside or attached to one that runs."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pulsetui.cli import engine, logs
from pulsetui.cli.output import glyphs
from pulsetui.cli.serve import listen_address
from pulsetui.core.phrases import GLYPH_ASCII
from pulsetui.errors import EngineUnreachableError, StateHeldError
from pulsetui.job.report import UsageError

if TYPE_CHECKING:
    from pulsetui.monitor.client import EngineClient

_HANDOVER_S = 10.0
"""How long an engine that is just ending is given to let go of the state directory."""
_LOOK_AGAIN_S = 0.1


def screen(options: argparse.Namespace) -> int:
    """Runs until the person quits."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "the live table needs a terminal; without one use: pulsetui serve, pulsetui list, pulsetui status"
        )
    state = engine.state_dir(options)
    address = listen_address(options)
    logs.start(state, stderr=False)
    if options.attach:
        return _attached(options)
    path, deadline = engine.config_path(options), time.monotonic() + _HANDOVER_S
    while True:
        # Between two looks an engine may end, or another may be a moment faster.
        try:
            if _runs(options):
                return _attached(options)
            return _embedded(path, state, address)
        except (EngineUnreachableError, StateHeldError):
            if time.monotonic() > deadline:
                raise
            time.sleep(_LOOK_AGAIN_S)


def _embedded(config: Path, state: Path, address: tuple[str, int] | None) -> int:
    from pulsetui.cli.host import open_engine

    with open_engine(config, state, address) as host:
        return show(host.client)


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
