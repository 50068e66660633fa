"""The first checks.toml of a user: by ``pulsetui init``, and by an engine that starts for the first time."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from pulsetui.cli.common_options import config_path, state_dir
from pulsetui.cli.output import talk
from pulsetui.config.paths import LAST_GOOD_NAME


def config_to_run(options: argparse.Namespace) -> Path:
    """The configuration of an engine that is to start; a user's first start writes their own.

    A file that was named is never made: the name may be mistyped. Nor is one that was there before and is
    gone, whose checks nobody would watch any more.
    """
    path = config_path(options)
    named = options.config or "PULSETUI_CONFIG" in os.environ
    if not named and not path.exists() and not (state_dir(options) / LAST_GOOD_NAME).exists():
        write_first_config(path)
    return path


def write_first_config(path: Path) -> None:
    """The starter file, in the zone of this host. Raises ConfigError if there is a file already.

    A zone that is not certain is told, in the file and to the person.
    """
    from pulsetui.config.host_zone_name import host_zone_name
    from pulsetui.config.init import initial_config, write_initial_config
    from pulsetui.config.program import program

    zone = host_zone_name()
    text = initial_config(timezone=zone.name, timezone_doubt=zone.doubt, program=program())
    write_initial_config(path, text)
    if zone.doubt:
        talk(f'warning: {path} says timezone = "{zone.name}". {zone.doubt}')
