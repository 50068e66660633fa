"""What screens may know of the engine's host: its jobs, and whether they agree with the checks."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class HostJobView(Struct, frozen=True, kw_only=True):
    """A line of a crontab, or a timer. Texts are those of the host and unsafe until cleaned. The command is
    not among them: it may hold secrets."""

    source: str  # "/etc/cron.d/backup:3", "backup.timer"
    name: str
    times: str  # as written
    slug: str = ""  # of the check that it reports to
    is_monitored: bool = False  # it reports somewhere, here or elsewhere
    state: str = ""  # of a timer: enabled, disabled, masked
    last_start: datetime | None = None  # by cron's log or systemd
    next_start: datetime | None = None
    trouble: str = ""  # what does not agree, in words


class HostView(Struct, frozen=True, kw_only=True):
    """The last look at the host."""

    looked_at: datetime | None = None  # None: nobody has looked yet, or ``[host] watch`` is false
    is_watched: bool = True
    zone: str = ""  # in which cron reads times
    cron_runs: bool | None = None  # None where that cannot be seen
    log: str = ""  # where cron's starts are read; "" where there is no log
    jobs: tuple[HostJobView, ...] = ()
    problems: tuple[str, ...] = ()  # what could not be read, what cron leaves out, disks without room


NOT_LOOKED_AT = HostView()
