"""Secrets of checks.toml that every user of this host can read."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path

from pulsetui.config.kept_secret import SecretPlace
from pulsetui.config.model import Config
from pulsetui.core.schedule.english import listed
from pulsetui.core.text.visible import visible

_NAMED = 3


def exposed_secrets(config: Config) -> list[str]:
    """One sentence for each file that holds secrets and that others than this user may read.

    Looks at the files as they are now, and at the directories above them: what is in a private one is safe.
    A group is left alone: to give a service's group the right to read is a usual way to keep a secret.
    """
    by_file: dict[Path | None, list[SecretPlace]] = {}
    for place in config.secret_places:
        by_file.setdefault(place.file, []).append(place)
    said = []
    for file, places in by_file.items():
        path = config.path if file is None else file
        mode = _open_mode(path)
        if mode is None:
            continue
        holds = "in it are" if len(places) > 1 else "in it is"
        what = f"{holds} {_named(places)}" if file is None else f"it holds {_named(places)}"
        mend = f"chmod o-r {visible(shlex.quote(str(path)))}"
        said.append(
            f"Every user of this host can read {visible(str(path))} (mode {mode:04o}), and {what}."
            f" Fix it: {mend}"
        )
    return said


def _open_mode(path: Path) -> int | None:
    """The mode of the file, if everybody may read it; None if not, or if it cannot be looked at."""
    try:
        target = Path(os.path.realpath(path))
        mode = target.stat().st_mode
        if not mode & stat.S_IROTH:
            return None
        if not all(folder.stat().st_mode & stat.S_IXOTH for folder in parents_of(target)):
            return None
    except OSError:
        return None
    return stat.S_IMODE(mode)


def parents_of(target: Path) -> Sequence[Path]:
    """The directories that somebody has to enter to reach it."""
    return target.parents


def _named(places: Sequence[SecretPlace]) -> str:
    names: Iterable[str] = dict.fromkeys(f"[{visible(one.table)}] {visible(one.option)}" for one in places)
    shown = list(names)
    if len(shown) > _NAMED + 1:
        shown = [*shown[:_NAMED], f"{len(shown) - _NAMED} more"]
    return listed(shown)
