"""The systemd unit of the engine: whole, for the system or for one user.

What closes it off is chosen by what an alert needs. The settings that imply ``NoNewPrivileges`` would keep a
program of a ``command`` hook from what it may do at a shell (``sendmail`` and ``sudo`` change their user): an
alert would not go out. They stand there as comments, for whoever has no such hook.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

NAME = "pulsetui.service"
SYSTEM_FOLDER = Path("/etc/systemd/system")
SYSTEM_USER = "pulsetui"
SYSTEM_CONFIG = Path("/etc/pulsetui/checks.toml")
SYSTEM_STATE = Path("/var/lib/pulsetui")
_STATE_ROOT = Path("/var/lib")

_UNIT = """\
# The engine of PulseTUI, which runs without a screen; "pulsetui" shows what it watches.
# Written by: pulsetui init --systemd{user_option}

[Unit]
Description=PulseTUI, a heartbeat monitor for scheduled jobs
{after}# It is started again for ever: while it does not run, nothing is watched.
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart={command}
Restart=always
RestartSec=2
# Its loop, its writer and its alerts have to get on, or it is started anew.
WatchdogSec=60
{own}
[Install]
WantedBy={target}
"""

_SYSTEM = """\
User={user}
{state}OOMScoreAdjust=-200

# It reads what jobs leave (prove), and writes its state and checks.toml only. This hinders no alert:
ProtectSystem=full
ReadWritePaths={writable}
ProtectControlGroups=yes
# Take the # away if no hook of type "command" starts a program that changes its user, as sendmail and sudo
# do; afterwards see whether alerts still arrive: pulsetui hooks test
#NoNewPrivileges=yes
#CapabilityBoundingSet=
#PrivateDevices=yes
#ProtectClock=yes
#ProtectKernelLogs=yes
#ProtectKernelModules=yes
#ProtectKernelTunables=yes
#RestrictNamespaces=yes
#RestrictRealtime=yes
#RestrictSUIDSGID=yes
#LockPersonality=yes
#RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
#SystemCallArchitectures=native
#SystemCallFilter=@system-service
"""


class EngineService(Struct, frozen=True, kw_only=True):
    """The engine as a service: whole paths, and whose it is."""

    program: str
    config: Path
    state: Path
    user: str = ""  # whom a service of the system runs as; "" for a service of one user's own


def service_unit(service: EngineService) -> str:
    """The text of the unit file."""
    words = [service.program, "serve", "--config", str(service.config), "--state-dir", str(service.state)]
    return _UNIT.format(
        user_option="" if service.user else " --user",
        command=" ".join(map(_word, words)),
        after="After=network.target\n" if service.user else "",
        own=_system(service) if service.user else "",
        target="multi-user.target" if service.user else "default.target",
    )


def _system(service: EngineService) -> str:
    """systemd itself makes what is in /var/lib; elsewhere the directory has to be there."""
    made = service.state.parent == _STATE_ROOT
    name = _word(service.state.name)
    return _SYSTEM.format(
        user=service.user,
        state=f"StateDirectory={name}\nStateDirectoryMode=0700\n" if made else "",
        writable=" ".join(_word(f"-{path}") for path in (service.config.parent, service.state)),
    )


def next_commands(
    service: EngineService, *, has_user: bool, has_config: bool, config_folder: bool, state_folder: bool
) -> Sequence[str]:
    """What is left to do, one command each. The flags say what is there already."""
    from shlex import quote

    if not service.user:
        return (
            "systemctl --user daemon-reload",
            "systemctl --user enable --now pulsetui",
            "loginctl enable-linger        # it also runs while you are not logged in",
        )
    user, program = quote(service.user), quote(service.program)
    folders = [
        folder
        for folder, there in ((service.config.parent, config_folder), (service.state, state_folder))
        if not there and folder.parent != _STATE_ROOT
    ]
    home = quote(str(service.state))
    return (
        *([] if has_user else [f"useradd --system --home-dir {home} --shell /usr/sbin/nologin {user}"]),
        *(f"install -d -o {user} -m 0750 {quote(str(folder))}" for folder in dict.fromkeys(folders)),
        *(
            []
            if has_config
            else [f"runuser -u {user} -- {program} init --config {quote(str(service.config))}"]
        ),
        "systemctl daemon-reload",
        "systemctl enable --now pulsetui",
    )


def _word(text: str) -> str:
    """One word of a setting: systemd reads % as a specifier, $ as a variable, and blanks part words."""
    doubled = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{doubled}"' if any(character in doubled for character in " \t'\"\\;") else doubled
