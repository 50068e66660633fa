"""What the rules ask of the host that runs the jobs. Tests put a ``Facts`` of their own in its place."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal, Protocol

from msgspec import Struct

from pulsetui.config.host_zone_name import host_zone_name
from pulsetui.crontab.programs import output_of

CronKind = Literal["debian", "cronie", "unknown"]

LOGIN_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin"
"""Where a person's shell looks beside cron's own path."""
_CRONIE = (Path("/usr/sbin/crond"), Path("/usr/bin/cronnext"))
_DEBIAN = Path("/usr/sbin/cron")
_SENDMAIL = (Path("/usr/sbin/sendmail"), Path("/usr/lib/sendmail"))


class FileFacts(Struct, frozen=True):
    """Of a crontab on this host: who owns it, and who may do what with it."""

    owner: str
    mode: int  # the permission bits
    links: int = 1
    is_link: bool = False


class Facts(Protocol):
    """What is on a host."""

    @property
    def cron(self) -> CronKind:
        """Which cron is installed."""

    @property
    def zone(self) -> str:
        """IANA name of the zone that cron reads times in; "" where that is not known."""

    def users(self) -> frozenset[str]:
        """The names of all users that are known here; empty where they cannot be listed."""

    def home(self, user: str) -> str:
        """The user's home directory, "" where that is not known."""

    def is_program(self, path: str) -> bool:
        """Whether there is a file that may be executed."""

    def exists(self, path: str) -> bool:
        """Whether there is anything at that path, or it cannot be known."""

    def head(self, path: str) -> str:
        """The first kilobytes of a file; "" where it cannot be read."""

    def is_packaged(self, path: Path) -> bool:
        """Whether the file belongs to a package of the distribution."""

    def can_mail(self) -> bool:
        """Whether there is a program that cron can mail with."""


_HEAD_BYTES = 16_384


class ThisHost:
    """The facts of the host that this process runs on. For one look: the zone is asked for once."""

    @property
    def cron(self) -> CronKind:
        if any(path.exists() for path in _CRONIE):
            return "cronie"
        return "debian" if _DEBIAN.exists() else "unknown"

    @cached_property
    def zone(self) -> str:
        found = host_zone_name()
        return found.name if not found.doubt else ""

    def users(self) -> frozenset[str]:
        return frozenset(entry.pw_name for entry in pwd.getpwall())

    def home(self, user: str) -> str:
        try:
            return pwd.getpwnam(user).pw_dir if user else str(Path.home())
        except (KeyError, RuntimeError):
            return ""

    def is_program(self, path: str) -> bool:
        return os.access(path, os.X_OK) and not Path(path).is_dir()

    def exists(self, path: str) -> bool:
        try:
            Path(path).stat()
        except PermissionError:
            return True
        except (OSError, ValueError):
            return False
        return True

    def head(self, path: str) -> str:
        try:
            with Path(path).open("rb") as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    return ""
                return file.read(_HEAD_BYTES).decode("utf-8", "replace")
        except OSError:
            return ""

    def is_packaged(self, path: Path) -> bool:
        return _is_packaged(str(path))

    def can_mail(self) -> bool:
        return any(path.exists() for path in _SENDMAIL)


@lru_cache(maxsize=512)
def _is_packaged(path: str) -> bool:
    if shutil.which("dpkg-query"):
        return output_of(["dpkg-query", "-S", path]).code == 0
    if shutil.which("rpm"):
        return output_of(["rpm", "-qf", path]).code == 0
    return False


def file_facts(path: Path) -> FileFacts | None:
    """None where the file cannot be looked at."""
    try:
        found, is_link = path.stat(), path.is_symlink()
    except OSError:
        return None
    try:
        owner = pwd.getpwuid(found.st_uid).pw_name
    except KeyError:
        owner = str(found.st_uid)
    return FileFacts(owner, stat.S_IMODE(found.st_mode), found.st_nlink, is_link)


def find_program(name: str, path: str, facts: Facts) -> str:
    """Where a shell with this PATH finds the program; "" where it does not."""
    directories: Sequence[str] = path.split(":")
    found = (f"{directory or '.'}/{name}" for directory in directories)
    return next((candidate for candidate in found if facts.is_program(candidate)), "")
