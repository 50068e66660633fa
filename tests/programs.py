"""Programs of the system that tests use for real."""

from __future__ import annotations

import os
import shutil
import subprocess

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


def _may_mount() -> bool:
    if os.getuid() != 0 or shutil.which("unshare") is None:
        return False
    tried = ["unshare", "-m", "mount", "--bind", "/etc", "/etc"]
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0


private_mounts = pytest.mark.skipif(
    not _may_mount(), reason="only root may mount, and not in every container"
)
"""A test that mounts something, in ``unshare -m``: nobody else sees it, and it ends with the process."""


def optional(name: str) -> str:
    """Its path; without it the test is skipped everywhere, as where there is no systemd at all."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not there")
    return found


as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
