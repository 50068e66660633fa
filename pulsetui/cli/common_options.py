"""What the options that all commands share stand for: paths and addresses."""

from __future__ import annotations

import argparse
from pathlib import Path

from pulsetui.config.paths import absolute, default_config_path, default_state_dir


def config_path(options: argparse.Namespace) -> Path:
    """``--config``, ``PULSETUI_CONFIG`` or the user's own."""
    return absolute(options.config) if options.config else default_config_path()


def state_dir(options: argparse.Namespace) -> Path:
    """``--state-dir``, ``PULSETUI_STATE_DIR`` or the user's own."""
    return absolute(options.state_dir) if options.state_dir else default_state_dir()


def listen_address(options: argparse.Namespace) -> tuple[str, int] | None:
    """``--listen`` as host and port. Raises ConfigError."""
    if options.listen is None:
        return None
    from pulsetui.config.address import parse_address

    return parse_address(options.listen)
