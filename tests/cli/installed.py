"""Runs the installed command in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

PULSETUI = shutil.which("pulsetui", path=sysconfig.get_path("scripts")) or "pulsetui"


def environment(home: Path, **more: str) -> dict[str, str]:
    """A user without any configuration."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PULSETUI_", "XDG_", "COV"))}
    return {**clean, "HOME": str(home), "PULSETUI_STATE_DIR": str(home / "state"), **more}


def pulsetui(*arguments: str, home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """The finished process, its output as text."""
    return subprocess.run(
        [PULSETUI, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        stdin=subprocess.DEVNULL,
        env=environment(home, **more),
    )
