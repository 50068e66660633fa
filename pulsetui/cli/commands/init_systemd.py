"""``pulsetui init --systemd``: the engine as a service, of the system or of one user."""

from __future__ import annotations

import argparse
import os
import pwd
import shlex
import sys
from pathlib import Path

from pulsetui.cli.common_options import config_path, state_dir
from pulsetui.cli.exit_codes import OK
from pulsetui.cli.first_config import write_first_config
from pulsetui.cli.output import out, talk
from pulsetui.config.program import program
from pulsetui.core.text.printable import printable
from pulsetui.errors import UsageError
from pulsetui.recipes.service_unit import (
    NAME,
    SYSTEM_CONFIG,
    SYSTEM_FOLDER,
    SYSTEM_STATE,
    SYSTEM_USER,
    EngineService,
    next_commands,
    service_unit,
)


def init_systemd(options: argparse.Namespace) -> int:
    """Writes the unit and says what to do next; with ``--print`` prints it only. Overwrites nothing."""
    service = _service(options)
    text = service_unit(service)
    if options.print:
        out(text.rstrip())
        return OK
    path = (_user_folder() if options.user else SYSTEM_FOLDER) / NAME
    _write(path, text, options)
    if options.user and not _is_there(service.config):
        write_first_config(service.config)
    out(str(path))
    if doubt := _unreachable(service):
        talk(f"warning: {doubt}")
    talk("next:" if options.user else "next, as root:")
    for command in _next(service):
        talk(f"  {command}")
    talk("then look at it with:")
    talk(f"  {_look(service)}")
    return OK


def _service(options: argparse.Namespace) -> EngineService:
    found = program()
    if not Path(found).is_absolute():
        raise UsageError(
            "the program's own path is not known; call it by its whole path: /opt/…/bin/pulsetui"
        )
    if options.user:
        if options.run_as:
            raise UsageError("--user is a service of your own; --run-as is for one of the system")
        return EngineService(program=found, config=config_path(options), state=state_dir(options))
    user = options.run_as or SYSTEM_USER
    if not all(character.isalnum() or character in "._-" for character in user) or user.startswith("-"):
        raise UsageError(f'--run-as: "{printable(user, 40)}" is not the name of a user')
    # Not PULSETUI_CONFIG: that is the way of the person who types this, and not of the system.
    return EngineService(
        program=found,
        config=config_path(options) if options.config else SYSTEM_CONFIG,
        state=state_dir(options) if options.state_dir else SYSTEM_STATE,
        user=user,
    )


def _user_folder() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".config") / "systemd" / "user"


def _write(path: Path, text: str, options: argparse.Namespace) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
        path.chmod(0o644)  # systemd wants it so, whatever the umask
    except FileExistsError:
        _refuse_another(path, text)
    except OSError as error:
        again = shlex.join(["sudo", program(), "init", "--systemd"])
        hint = "" if options.user else f" Write it as root ({again}), or for yourself alone: --systemd --user"
        raise UsageError(f"{path} cannot be written: {error.strerror or error}.{hint}") from None


def _refuse_another(path: Path, text: str) -> None:
    """One that is as it would be written is left; any other is somebody's own. Raises UsageError."""
    try:
        same = path.read_text("utf-8", "replace") == text
    except OSError:
        same = False
    if not same:
        raise UsageError(
            f"{path} is there already, and says something else. See what would be written with --print, and"
            " remove or edit the file"
        )


def _next(service: EngineService) -> list[str]:
    return [
        *next_commands(
            service,
            has_user=_has_user(service.user),
            has_config=_is_there(service.config),
            config_folder=_is_there(service.config.parent),
            state_folder=_is_there(service.state),
        )
    ]


def _look(service: EngineService) -> str:
    if not service.user:
        own = [] if service.state == state_dir(argparse.Namespace(state_dir=None)) else ["--state-dir"]
        return shlex.join([service.program, *own, *([str(service.state)] if own else [])])
    return shlex.join(["sudo", "-u", service.user, service.program, "--state-dir", str(service.state)])


def _has_user(name: str) -> bool:
    try:
        return bool(pwd.getpwnam(name))
    except KeyError:
        return False


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # in a directory of somebody else's
        return True


def _unreachable(service: EngineService) -> str:
    """What would keep the service from starting; "" if nothing is known to."""
    if not service.user or service.user == "root":
        return ""
    for path in (Path(service.program), Path(os.path.realpath(sys.executable))):
        for folder in (path, *path.parents):
            if not folder.stat().st_mode & 0o001 and not _owns(service.user, folder):
                return (
                    f"the user {service.user} may not reach {path} (because of {folder}). Install PulseTUI"
                    " where every user may run it, for instance: python3 -m venv /opt/pulsetui"
                )
    return ""


def _owns(user: str, path: Path) -> bool:
    return _has_user(user) and path.stat().st_uid == pwd.getpwnam(user).pw_uid
