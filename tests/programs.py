"""Programs of the system that tests use for real."""

from __future__ import annotations

import os
import shutil

import pytest

PACKAGES = {"curl": "curl", "dbus-daemon": "dbus", "notify-send": "libnotify-bin", "tmux": "tmux"}
"""The Debian package of each."""


def program(name: str) -> str:
    """Its path. Without it the test is skipped, and says what to install; in CI it fails."""
    found = shutil.which(name)
    if found is None:
        reason = f"{name} is not there (Debian: apt-get install {PACKAGES[name]})"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found
