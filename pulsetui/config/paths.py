"""Where configuration and state are by default. Imports little: it runs beside jobs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

CONFIG_VARIABLE = "PULSETUI_CONFIG"
STATE_VARIABLE = "PULSETUI_STATE_DIR"
CONFIG_NAME = "checks.toml"
LAST_GOOD_NAME = "checks.last-good.toml"
"""In the state directory: a copy of the configuration that ran last."""


def default_config_path(environ: Mapping[str, str] = os.environ) -> Path:
    """``PULSETUI_CONFIG`` (empty is unset), or checks.toml in the user's configuration directory."""
    if chosen := environ.get(CONFIG_VARIABLE):
        return absolute(chosen)
    import platformdirs

    return platformdirs.user_config_path("pulsetui") / CONFIG_NAME


def default_state_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """``PULSETUI_STATE_DIR``, or the user's state directory. An empty variable is unset."""
    if chosen := environ.get(STATE_VARIABLE):
        return absolute(chosen)
    import platformdirs

    return platformdirs.user_state_path("pulsetui")


def absolute(text: str) -> Path:
    """A path that still means the same after a change of directory; symbolic links are left as they are."""
    path = Path(text)
    try:
        path = path.expanduser()
    except RuntimeError:  # "~nobody-there": taken literally, and reported as missing by whoever opens it
        pass
    return path.absolute()
