"""Who else could change checks.toml, and with it the programs that it names."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from pulsetui.config.model import Config
from pulsetui.core.schedule.english import listed
from pulsetui.core.text.visible import visible

COMMAND = "command"
"""The type of hook that runs a program."""
_MANAGE = "[prove] manage"
"""The other program of the file."""


class Distrust(Struct, frozen=True):
    """Somebody else may write what is run here."""

    refused: bool  # it may be anybody: nothing of it is run
    text: str  # who, and how to fix it


class _Programs(Struct, frozen=True):
    """What the file has run."""

    run: str  # "the hook ops runs"
    wait: str  # what becomes of them while they are refused: "It does not run, and its alerts wait"


def distrust(config: Config) -> Distrust | None:
    """Whether the programs that the engine runs out of ``config`` could be those of somebody else than this
    user and root.

    None also when there are none. Looks at the file as it is now, at every directory above it, and at those
    above the link where it is one.
    """
    hooks = [name for name, hook in config.hooks.items() if hook.type == COMMAND]
    if not hooks:
        manage = _Programs(f"{_MANAGE} runs", "It does not run")
        return _distrust(config.path, manage) if config.prove.manage else None
    if config.prove.manage:
        hooks.append(_MANAGE)
    them = "They do not run, and their" if len(hooks) > 1 else "It does not run, and its"
    return _distrust(config.path, _Programs(_run("hook", hooks), f"{them} alerts wait"))


def distrust_actions(path: Path, names: Sequence[str]) -> Distrust | None:
    """The same for what a person has at hand: ``[actions.NAME]`` of the file at ``path``."""
    if not names:
        return None
    wait = "They do not run" if len(names) > 1 else "It does not run"
    return _distrust(path, _Programs(_run("action", names), wait))


def _distrust(config: Path, programs: _Programs) -> Distrust | None:
    found: list[Distrust] = []
    for path in _on_the_way(config):
        try:
            found += _judge(path, path.stat(), programs, config)
        except OSError:
            continue  # gone in this moment; the configuration itself says so
    return min(found, key=lambda one: not one.refused, default=None)


def _on_the_way(path: Path) -> Iterator[Path]:
    target = Path(os.path.realpath(path))
    yield target
    yield from dict.fromkeys((*target.parents, *path.absolute().parents))


def _judge(path: Path, found: os.stat_result, programs: _Programs, config: Path) -> Iterator[Distrust]:
    is_folder = stat.S_ISDIR(found.st_mode)
    if is_folder and found.st_mode & stat.S_ISVTX:
        return  # as in /tmp, nobody takes away what is another's; the owners are looked at below
    mode, shown = f"{stat.S_IMODE(found.st_mode):04o}", visible(shlex.quote(str(path)))
    can = f"can put another file in the place of {config.name}" if is_folder else f"can change {config.name}"
    run = programs.run
    if found.st_mode & stat.S_IWOTH:
        text = (
            f"Every user of this host {can} ({visible(str(path))} has mode {mode}), and with it what {run}."
        )
        yield Distrust(refused=True, text=f"{text} {programs.wait} until this is fixed: chmod o-w {shown}")
    elif found.st_uid not in (0, os.geteuid()):
        who = f"The user {_user(found.st_uid)}, who owns {visible(str(path))},"
        yield Distrust(refused=False, text=f"{who} {can}, and with it what {run}.")
    elif found.st_mode & stat.S_IWGRP and not _is_alone(found.st_gid, found.st_uid):
        who = f"The group {_group(found.st_gid)} {can} ({visible(str(path))} has mode {mode})"
        yield Distrust(
            refused=False, text=f"{who}, and with it what {run}. If that is not meant: chmod g-w {shown}"
        )


def _run(what: str, names: Sequence[str]) -> str:
    shown = [visible(name) for name in names]
    return f"the {what} {shown[0]} runs" if len(shown) == 1 else f"the {what}s {listed(shown)} run"


def _is_alone(gid: int, uid: int) -> bool:
    """Whether the group is one user's own, as many systems give one to each; root's is, too."""
    if gid == 0:
        return True
    import grp

    try:
        group = grp.getgrgid(gid)
    except (KeyError, OSError):
        return False
    return group.gr_name == _user(uid) and set(group.gr_mem) <= {group.gr_name}


def _user(uid: int) -> str:
    import pwd

    try:
        return visible(pwd.getpwuid(uid).pw_name)
    except (KeyError, OSError):
        return f"with uid {uid}"


def _group(gid: int) -> str:
    import grp

    try:
        return visible(grp.getgrgid(gid).gr_name)
    except (KeyError, OSError):
        return f"with gid {gid}"
