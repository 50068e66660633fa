"""A host that holds still: its users, programs and files, and the checks that lines are held against."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from pulsetui.crontab.findings import KnownCheck, LintFile, World
from pulsetui.crontab.host import CronKind, FileFacts
from pulsetui.crontab.jobs import jobs_of
from pulsetui.crontab.reader import encoded, read_crontab

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_PROGRAMS = (
    *("/usr/bin/true", "/usr/bin/date", "/usr/bin/curl", "/usr/bin/flock", "/usr/bin/rsync", "/usr/bin/tar"),
    *("/usr/bin/mysqldump", "/usr/bin/printf", "/usr/bin/tee", "/bin/sh", "/bin/bash", "/usr/bin/mail"),
    *("/usr/local/bin/backup", "/usr/local/bin/restic", "/usr/bin/pulsetui", "/root/bin/backup"),
    *("/srv/app/backup.sh", "/srv/app/loose.sh", "/srv/app/strict.sh", "/usr/bin/run-parts", "/usr/bin/test"),
)
_FILES = {
    "/": "",
    "/srv/app": "",
    "/srv/app/plain.sh": "",
    "/srv/app/loose.sh": "#!/bin/sh\npg_dump shop >/mnt/shop\necho done\n",
    "/srv/app/strict.sh": "#!/bin/sh\nset -e\npg_dump shop >/mnt/shop\necho done\n",
}


class FakeHost(Struct, frozen=True):
    """Facts of a Debian host."""

    cron: CronKind = "debian"
    zone: str = "Europe/Berlin"
    packaged: frozenset[Path] = frozenset()
    mails: bool = True

    def users(self) -> frozenset[str]:
        return frozenset({"root", "www-data", "deploy"})

    def home(self, user: str) -> str:
        return "/root" if user in ("root", "") else f"/home/{user}"

    def is_program(self, path: str) -> bool:
        return path in _PROGRAMS

    def exists(self, path: str) -> bool:
        return path in _PROGRAMS or path in _FILES

    def head(self, path: str) -> str:
        return _FILES.get(path, "")

    def is_packaged(self, path: Path) -> bool:
        return path in self.packaged

    def can_mail(self) -> bool:
        return self.mails


def known(slug: str, schedule: str = "0 2 * * *", **more: object) -> KnownCheck:
    """A nightly check of this host's zone, with an hour's grace."""
    fields: dict[str, object] = {"kind": "cron", "tz": "Europe/Berlin", "grace": 3600.0, **more}
    return KnownCheck(slug=slug, schedule=schedule, **fields)  # type: ignore[arg-type]  # spelled by tests


CHECKS = (
    known("backup", uuid="11111111-2222-3333-4444-555555555555"),
    known("slow", "*/5 * * * *", usual_duration=7200.0),
)
WORLD = World(
    host=FakeHost(),
    now=NOW,
    checks=CHECKS,
    knows_checks=True,
    addresses=frozenset({"127.0.0.1:8787", "localhost:8787"}),
)

ROOTS = FileFacts("root", 0o644)
MINE = FileFacts("root", 0o600)


def lint_file(
    text: str | bytes,
    path: str = "/var/spool/cron/crontabs/root",
    *,
    facts: FileFacts | None = None,
    is_installed: bool = True,
    is_packaged: bool = False,
) -> LintFile:
    """A crontab of this host, where cron reads it."""
    data = encoded(text) if isinstance(text, str) else text
    where = Path(path)
    has_users = where.parent.name == "cron.d" or where == Path("/etc/crontab")
    crontab = read_crontab(where, data, has_users=has_users, owner="" if has_users else "root")
    facts = facts or (ROOTS if has_users else MINE)
    return LintFile(crontab, jobs_of(crontab, "Europe/Berlin"), is_installed, facts, is_packaged)
