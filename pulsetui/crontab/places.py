"""Where crontabs are, and how this host's are read: files, and the user's own through ``crontab -l``."""

from __future__ import annotations

import os
import pwd
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from pulsetui.crontab.findings import LintFile
from pulsetui.crontab.host import Facts, file_facts
from pulsetui.crontab.jobs import jobs_of
from pulsetui.crontab.programs import output_of
from pulsetui.crontab.reader import read_crontab
from pulsetui.errors import UsageError

ETC = Path("/etc")
SPOOLS = (Path("/var/spool/cron/crontabs"), Path("/var/spool/cron"))
"""Debian's, and cronie's."""
STANDARD_INPUT = "-"

_MAX_BYTES = 4_000_000
"""Ten thousand lines of the longest kind are less."""


class Places(Struct, frozen=True):
    """Where this host's cron looks. Tests put directories of their own in its place."""

    etc: Path = ETC
    spools: tuple[Path, ...] = SPOOLS

    @property
    def cron_d(self) -> Path:
        return self.etc / "cron.d"

    def holds(self, path: Path) -> bool:
        """Whether cron reads the file there."""
        return path == self.etc / "crontab" or path.parent in (self.cron_d, *self.spools)

    def has_users(self, path: Path) -> bool:
        """Whether the lines of such a file name users, by where it is or is meant for."""
        return path.parent.name == "cron.d" or (path.name == "crontab" and path.parent.name == "etc")


def installed_crontabs(places: Places, facts: Facts) -> tuple[Sequence[LintFile], Sequence[str]]:
    """All crontabs of this host that this user may read, and what could not be read, in words."""
    files: list[LintFile] = []
    problems: list[str] = []
    for path in _paths(places):
        try:
            data = crontab_of(path.name) if path.parent in places.spools else None
            files.append(lint_file(path, _read(path) if data is None else data, places, facts))
        except PermissionError:
            problems.append(f"{path} can only be read by root: its jobs are not looked at")
        except (OSError, UsageError) as error:
            problems.append(
                str(error) if isinstance(error, UsageError) else f"{path}: {error.strerror or error}"
            )
    if (own := own_crontab(places, facts)) and all(each.path != own.path for each in files):
        files.append(own)
    return files, problems


def own_crontab(places: Places, facts: Facts) -> LintFile | None:
    """The crontab of the user that this is; None where there is none."""
    data = crontab_of(user_name())
    if not data:
        return None
    path = places.spools[0] / user_name()
    crontab = read_crontab(path, data, has_users=False, owner=user_name())
    return LintFile(crontab, jobs_of(crontab, facts.zone or "UTC"), is_installed=True)


def crontab_of(user: str) -> bytes | None:
    """A user's crontab as its user wrote it; None where ``crontab`` does not say. The file has three lines
    of its own before it, which no editor shows: other numbers of lines would be told."""
    command = ["crontab", *(["-u", user] if user != user_name() else []), "-l"]
    listed = output_of(command)
    return None if listed.code else listed.text.encode("utf-8", "surrogateescape")


def user_name() -> str:
    """The user that this is; its number where it has no name."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def given_file(name: str, places: Places, facts: Facts, *, has_users: bool | None = None) -> LintFile:
    """A crontab by its path; ``-`` is standard input. Raises UsageError for what cannot be read."""
    if name == STANDARD_INPUT:
        data = sys.stdin.buffer.read(_MAX_BYTES)
        return lint_file(Path("<stdin>"), data, places, facts, has_users=bool(has_users))
    path = Path(name).absolute()
    try:
        return lint_file(path, _read(path), places, facts, has_users=has_users)
    except IsADirectoryError:
        raise UsageError(f"{path} is a directory; name a file in it") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from None


def lint_file(
    path: Path, data: bytes, places: Places, facts: Facts, *, has_users: bool | None = None
) -> LintFile:
    """A crontab that was read, with what this host says of its file."""
    by_user = places.has_users(path) if has_users is None else has_users
    is_installed = places.holds(path)
    owner = path.name if path.parent in places.spools else ""
    crontab = read_crontab(path, data, has_users=by_user, owner=owner)
    return LintFile(
        crontab,
        jobs_of(crontab, facts.zone or "UTC"),
        is_installed,
        file_facts(path) if is_installed else None,
        is_installed and path.parent == places.cron_d and facts.is_packaged(path),
    )


def _paths(places: Places) -> Iterator[Path]:
    yield from (path for path in (places.etc / "crontab",) if path.exists())
    for directory in (places.cron_d, *places.spools):
        try:
            entries = sorted(directory.iterdir())
        except OSError:
            continue  # not there, or only root may look
        yield from (path for path in entries if not path.name.startswith(".") and not path.is_dir())


def _read(path: Path) -> bytes:
    """Raises OSError, and UsageError for what is no file or far too long."""
    # Not to wait for a pipe that nobody writes to.
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as file:
        found = os.fstat(file.fileno())
        if stat.S_ISDIR(found.st_mode):
            raise IsADirectoryError
        if not stat.S_ISREG(found.st_mode):
            raise UsageError(f"{path} is no regular file: cron does not read it")
        if found.st_size > _MAX_BYTES:
            raise UsageError(f"{path} has {found.st_size:,} bytes: that is no crontab")
        return file.read(_MAX_BYTES)
