"""Where the engine of this user is, found without loading what would cost a ping its speed.

The answers equal those of ``platformdirs`` (a test holds them together); unusual environments ask it.
"""

from __future__ import annotations

import os
import sys

APP = "pulsetui"
LOCK = "engine.lock"
SPOOL = "spool"
DEFAULT_URL = "http://127.0.0.1:8787"


def state_dir(option: str | None = None) -> str:
    """The state directory: ``--state-dir``, else ``PULSETUI_STATE_DIR``, else this platform's own."""
    chosen = option or os.environ.get("PULSETUI_STATE_DIR")
    return chosen or _user_dir("XDG_STATE_HOME", ".local/state", "user_state_dir")


def config_file(option: str | None = None) -> str:
    """``checks.toml``: ``--config``, else ``PULSETUI_CONFIG``, else in this platform's own place."""
    chosen = option or os.environ.get("PULSETUI_CONFIG")
    return chosen or _user_dir("XDG_CONFIG_HOME", ".config", "user_config_dir") + "/checks.toml"


def engine_url(option: str | None, state: str) -> str:
    """The engine's address: ``--url``, else ``PULSETUI_URL``, else what the engine that holds ``state`` wrote
    into its lock, else the default."""
    return option or os.environ.get("PULSETUI_URL") or _locked_url(state) or DEFAULT_URL


def _locked_url(state: str) -> str | None:
    try:
        with open(f"{state}/{LOCK}", "rb") as file:  # noqa: PTH123 - pathlib costs more than the ping
            written = file.read(4096)
    except OSError:
        return None
    if not written.strip():
        return None
    import json

    try:
        lock = json.loads(written)
    except ValueError:
        return None
    url = (lock.get("ping_url") or lock.get("url")) if isinstance(lock, dict) else None
    return url if isinstance(url, str) and url else None


def _user_dir(variable: str, below_home: str, function: str) -> str:
    base = os.environ.get(variable, "")
    home = os.environ.get("HOME", "")
    android = "ANDROID_DATA" in os.environ
    if sys.platform == "linux" and not android:
        if base.startswith("/") and base.strip() == base:
            return f"{base.rstrip('/') or '/'}/{APP}"
        if not base and home.startswith("/"):
            return f"{home.rstrip('/')}/{below_home}/{APP}"
    if sys.platform == "darwin" and not base and home.startswith("/"):
        return f"{home.rstrip('/')}/Library/Application Support/{APP}"
    import platformdirs  # 27 ms, for a relative or missing home and the platforms that are rare

    found: str = getattr(platformdirs, function)(APP)
    return found
