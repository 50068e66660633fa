"""Crontabs put back in their place, after a copy of what they were."""

from __future__ import annotations

import os
import subprocess
from datetime import datetime
from pathlib import Path

from pulsetui.config.file.disk import explained, make_folder, replace
from pulsetui.core.text.visible import visible
from pulsetui.crontab.findings import LintFile
from pulsetui.crontab.places import Places, crontab_of, user_name
from pulsetui.errors import PulseError, in_words

BACKUPS = "crontab-backups"
"""A directory in the state directory."""

_PATIENCE_S = 20


def keep_backup(file: LintFile, state_dir: Path, now: datetime) -> Path:
    """A copy of the crontab as it is, which only this user can read. Raises ConfigError."""
    folder = state_dir / BACKUPS
    path = folder / f"{'-'.join(file.path.parts[1:])}-{now:%Y%m%dT%H%M%S}"
    with explained(path):
        make_folder(folder)
        path.touch(mode=0o600)
        path.write_bytes(file.crontab.data)
    return path


def require_unchanged(file: LintFile, places: Places) -> None:
    """Raises PulseError when the crontab is another by now, or this user may not write it."""
    if file.path.parent in places.spools:
        now = crontab_of(file.crontab.owner)
    else:
        with explained(file.path):
            now = file.path.read_bytes()
            if not os.access(file.path, os.W_OK):
                raise PermissionError
    if now != file.crontab.data:
        shown = visible(str(file.path))
        raise PulseError(f"{shown} has been changed meanwhile: nothing was written. Begin again")


def write_crontab(file: LintFile, data: bytes, places: Places) -> None:
    """Puts ``data`` where the crontab is. Raises PulseError when it cannot, or is another by now."""
    require_unchanged(file, places)
    if file.path.parent in places.spools:
        _install(file.crontab.owner, data)
    else:
        replace(file.path, data)


def _install(owner: str, data: bytes) -> None:
    """Through the program that tells cron of it, and refuses what cron would."""
    done = _run(["crontab", *(["-u", owner] if owner != user_name() else []), "-"], data)
    if done.returncode:
        said = visible(done.stderr.decode("utf-8", "replace").strip())
        raise PulseError(
            f"crontab refuses the new crontab of {visible(owner)}, and the old one stays: {said}"
        )


def _run(command: list[str], data: bytes) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(command, input=data, capture_output=True, timeout=_PATIENCE_S, check=False)
    except (OSError, subprocess.SubprocessError) as error:
        raise PulseError(f"crontab cannot be run: {in_words(error)}") from error
